// Package repair turns a store that does not open into one that does. engine.Repair calls it, and documents what it
// keeps and what the loss of the rest means.
//
// Reading order: repair.go has the steps, salvage.go and table.go what is read of the damaged store, blobs.go the values
// that lie in blob files.
//
// The package promises:
//
//   - P1: every value of the repaired store was once the value of its key. What a commit wrote to a key before it wrote
//     to it again never was.
//   - P2: what could not be read is in the report, exactly, with the keys that it may have held or hidden. Lost range
//     deletes may have hidden every key of the table's key range, which the manifest states, or any key at all if there
//     is no manifest. A table that is not the one that the manifest lists, by its size, number of entries, sequence
//     numbers, first and last key or the values that it refers to, is lost as a whole, and so is a commit that tables or
//     earlier logs have: nothing of them is used.
//   - P3: before the marker of the repaired store is durable, the damaged store is untouched; after that, all its files
//     have a second name or a copy in lost/N. A crash leaves one or the other, and Run may be called again. What
//     is not a regular file is never opened, and moves to lost/N last.
//
// It writes through internal/rewrite, like a compaction. Run keeps others out by the lock of the store.
package repair
