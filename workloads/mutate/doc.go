// Package mutate makes mutants of anybody's Go package and asks the package's tests about them: which fsync could go
// without a test that notices?
//
// A mutation is one small change where durability or mutual exclusion is at stake, found in the syntax tree:
//
//	drop-sync      a call of Sync, Fsync, Fdatasync or the like does nothing and returns nil
//	swap-steps     two durable steps that stand one behind the other change places
//	drop-check     the error of a durable step is not returned
//	weaken-lock    a lock is taken for reading only
//	drop-lock      a lock is not taken
//
// Durable steps are calls of functions and methods named as those of package os, syscall and afero that change a file or
// a directory: see durable.
//
// The package promises:
//
//   - V1: the source tree is never written. Changed copies reach the compiler through go build -overlay.
//   - V2: a mutation keeps every line where it was, so that what a test prints about lines is true; but for lines between
//     two swapped steps of different length.
//   - V3: survived means that the tests were built with the mutation, ran to their end and passed, as they do without it.
//     A mutation that does not compile, as a read lock of a sync.Mutex, is counted apart.
//   - V4: mutations are found and numbered in the order of files and lines; the same source has the same mutations.
//
// It knows nothing of types: what is called Sync is taken for one.
package mutate
