// Package mutate makes small changes to any Go package, one at a time, and runs its tests: which fsync could be removed
// without a failing test?
//
// A mutation is one small change that endangers durability or mutual exclusion. Mutations are found in the syntax tree:
//
//	drop-sync      a call of Sync, Fsync, Fdatasync or the like does nothing and returns nil
//	swap-steps     two consecutive durable steps change places
//	drop-check     the error of a durable step is not returned
//	weaken-lock    a lock is taken for reading only
//	drop-lock      a lock is not taken
//
// Durable steps are calls of functions and methods with the names that packages os, syscall and afero give to those that
// change a file or a directory: see isDurable.
//
// The package promises:
//
//   - V1: the source tree is never written. Changed copies reach the compiler through go build -overlay.
//   - V2: a mutation moves no lines, so that line numbers in the output of a test are right, except between two swapped
//     steps of different length.
//   - V3: survived means that the tests were built with the mutation, ran to their end and passed, as they do without it.
//     A mutation that does not compile, such as RLock of a sync.Mutex, is counted separately.
//   - V4: mutations are ordered by file and line; the same source has the same mutations.
//
// It does not know types: any call of a method named Sync counts as a sync.
package mutate
