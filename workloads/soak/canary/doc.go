// Package canary is a store with a planted bug that a working lab finds within a second. A soak tries it in every lap,
// because a pass means something only if the lab still finds such a bug. A lab that does not find it is blind, and must
// say so instead of passing.
//
// The store is a log of records. It acknowledges commits without syncing them and is otherwise correct. The package calls the lab
// as an engine's test does, in the process of the caller.
package canary
