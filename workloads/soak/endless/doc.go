// Package endless keeps one store alive for a whole soak: mixed load, a power cut, a full comparison with a model, and on with
// whatever the cut left. Other runs of the lab are short and start with an empty disk; this one shows what accumulates over days:
// levels that fill up, files that are never removed, memory that grows.
//
//	life.go    Life: a store, its disk and its model   load.go    what the client does, from the seed
//	cut.go     the power cut, and the comparison       values.go  keys, and values that say what they are
//	tail.go    which commits a cut may take            snapshot.go  Life on the machine's disk
//
// A single client works on the store, so the model always knows what each read must return. For each key it holds the number of
// the commit that wrote it. The value is a function of key and commit, so the model needs eight bytes per key, whatever the size of
// the values.
//
// Promises:
//
//   - E1: after every power cut, every key is compared with the model: commits acknowledged with Sync must be there, and only what
//     the engine's promises allow may be lost (Promises.LossIsSuffix, AtomicBatch).
//   - E2: snapshots are taken at the end of a stretch, so a process that was killed repeats at most one stretch.
//   - E3: memory holds one store and the trace of one stretch, however long the life is. At the end of a stretch the store is closed
//     and opened again on a new disk with the same files.
//
// The disk is a faultfs and therefore in memory, which limits the size of the store. Targets that are append-only logs, or that do
// not promise that synced commits survive, have no life. A Life is used by one goroutine.
package endless
