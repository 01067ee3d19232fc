// Package endless keeps one store alive for a whole soak: mixed load, a power cut, a full comparison with a model, and on with
// whatever the cut left. Other runs of the lab are short and start with an empty disk; this one shows what accumulates over days:
// levels that fill up, files that are never removed, memory that grows.
//
//	life.go    Life: a store, its disk and its model   load.go      what the client does, from the seed
//	cut.go     the power cut, and the comparison       values.go    keys, and values that say what they are
//	tail.go    which commits a cut may take            model.go     model: which commit wrote each key
//	                                                   snapshot.go  Life on the machine's disk
//
// A single client works on the store, so the model always knows what each read must return. For each key it holds the number of
// the commit that wrote it. The value is a function of key and commit, so the model needs eight bytes per key, whatever the size of
// the values.
//
// Promises:
//
//   - E1: after every power cut, every key is compared with the model: commits acknowledged with Sync must be there, and only what
//     the engine's promises allow may be lost (Promises.LossIsSuffix, AtomicBatch).
//   - E2: snapshots are taken at the end of a stretch, so a process that was killed repeats at most one stretch. A snapshot replaces
//     the one before it atomically.
//   - E3: what limits the size of the store is the machine's disk, of which it takes twice its size, and not the
//     memory. Store and model are read from the latest snapshot; memory holds what one stretch writes, and what the
//     engine itself keeps.
//
// A store is filled in the first stretches, by up to 15 MB before each power cut. One of more than 256 MiB is opened with limits
// for such a size (Target.Roomy), a stretch has one power cut, and the client never asks for a compaction of everything. The disk
// keeps each write in memory until the next power cut, as a call and as pages. So the client stops early once the store has written
// 64 MiB, its own maintenance included. What it writes after that, until its compactions end, comes on top: with Lightning at
// 500 MB up to 200 MB. A process that handles such a store needs about 1 GB; one that rewrites the whole store unasked needs more.
//
// Tried and rejected: to keep the files in a directory of the machine and change them as the store does, because every
// crash image would have to copy them, or record which parts it does not share; and to map the snapshot into memory
// instead of reading it, because the kernel counts the pages that were read as memory of the process, which has a
// limit.
//
// Targets that are append-only logs, or that do not promise that synced commits survive, have no life. A Life is used by one goroutine.
package endless
