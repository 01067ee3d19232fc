// Package canary is a store with a planted bug, which the lab finds in a second: as long as it does, its passes mean something.
// A soak tries it in every lap. A lab that no longer finds the bug is blind, and has to say so in place of passing.
//
// The store is a log of records that acknowledges a commit before its sync, and is otherwise right. The package calls the lab as
// any engine's test does, and runs in the process of the caller.
package canary
