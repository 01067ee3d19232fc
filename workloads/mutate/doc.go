// Package mutate makes small changes to any Go package, one at a time, and runs its tests: which fsync could be removed
// without a failing test?
//
// The layers below are packages of their own: operators makes the mutations, of durability and the classical ones; trials tries
// samples of them before any command, resumes, and scores. This package tries all mutations of the chosen kinds before the
// packages' own tests, and has the shortest answer: which syncs would no test miss?
//
// The package promises:
//
//   - V1: the source tree is never written. Changed copies reach the compiler through go build -overlay.
//   - V2: survived means that the tests were built with the mutation, ran to their end and passed, as they do without it.
//     A mutation that does not compile, such as RLock of a sync.Mutex, is counted separately.
//   - V3: mutations are ordered by file and line; the same source has the same mutations.
//
// The kinds of durability know no types: any call of a method named Sync counts as a sync.
package mutate
