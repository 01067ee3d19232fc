// Package mutate makes small changes to any Go package, one at a time, and runs its tests. It answers questions such
// as: which fsync could be removed without a failing test?
//
// The layers below are packages of their own. Package operators makes the mutations, both those of durability and the
// classical ones. Package trials tries samples of them with any commands as judges, resumes interrupted runs, and
// computes scores. This package is the simplest use: it tries all mutations of the chosen kinds with the packages' own
// tests and lists the syncs that no test would miss.
//
// The package promises:
//
//   - V1: the source tree is never written. Changed copies reach the compiler through go build -overlay.
//   - V2: survived means that the tests were built with the mutation, ran to completion and passed, as they do without
//     it. A mutation that does not compile, such as RLock of a sync.Mutex, is counted separately.
//   - V3: mutations are ordered by file and line; the same source has the same mutations.
//
// The durability operators ignore types: any call of a method named Sync counts as a sync.
package mutate
