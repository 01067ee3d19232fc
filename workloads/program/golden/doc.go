// Package golden judges recovered stores without a checker: it compares them with what the same store shows when only the
// program is killed. All it needs is a dump, which prints what is in a store.
//
//	states := golden.New(rec, dump)                 // of a recording
//	answer, err := states.Judge(ctx, shown, acked)  // judges what the dump of a crash image shows
//
// After a power cut between acknowledgement a and the next one, a store must show what it shows after some kill in the same
// interval. This holds for a program that performs one step after another. "Cannot be read" counts as a state too: before its
// first acknowledgement a store may not exist yet.
//
// A kill loses nothing, so the allowed states are those of the images under faultfs.LoseNone. Each is dumped once, on demand.
// All methods are safe for concurrent use; the dumps of states are made one at a time. Callers: native and wasm,
// and kernel through native.
package golden
