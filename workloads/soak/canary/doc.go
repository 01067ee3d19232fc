// Package canary is a store with a planted bug that a working lab finds within a second. A soak tries it in every lap: the passes
// of a lab mean something only as long as it finds the bug. A lab that does not is blind, and must say so instead of passing.
//
// The store is a log of records. It acknowledges commits without syncing them and is otherwise correct. The package calls the lab
// as an engine's test does, in the process of the caller.
package canary
