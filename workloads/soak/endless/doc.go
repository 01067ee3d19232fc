// Package endless is a store that lives for as long as a soak: mixed load, power cuts, a comparison with a model after each, and on
// it goes with what the cut has left. Runs of the lab are short and begin with an empty disk; this is where an engine shows what it
// does to itself over days: levels that fill, files that nobody removes, memory that grows.
//
//	life.go    Life: a store, its disk and its model   load.go    what the client does, from the seed
//	cut.go     the power cut, and the comparison       values.go  keys, and values that say what they are
//	tail.go    which commits a cut may take            snapshot.go  Life on the machine's disk
//
// One client works on the store, so at every moment the model says what each read has to show. The model of a key is the number
// of the commit that wrote it; the value follows from both, so the model takes eight bytes a key however large the store is.
//
// Promises:
//
//   - E1: after every power cut, every key is compared with the model: commits that were acknowledged with Sync are there, and what
//     is lost is what the engine's promises allow (Promises.LossIsSuffix, AtomicBatch).
//   - E2: a Life that is loaded from its snapshot is at the end of a stretch. Whoever was killed repeats at most one.
//   - E3: the disk in memory holds one store and what has happened in a stretch, however long the life is. At the end of a stretch
//     the store is closed, and opened again on a new disk with the same files.
//
// The disk is a faultfs and therefore in memory, so the store is as large as memory allows and no larger. Targets that are
// append-only logs, and those that do not promise that synced commits survive, have no life. A Life is used by one goroutine.
package endless
