// Package repair turns a store that does not open into one that does. engine.Repair calls it and documents what it
// keeps and what the loss of the rest means.
//
// Reading order: repair.go has the steps, salvage.go and table.go what is read from the damaged store, blobs.go the
// values in blob files.
//
// Promises:
//
//   - P1: every value of the repaired store was once the value of its key. What a commit wrote to a key before
//     overwriting it itself never was.
//   - P2: the report lists exactly what could not be read, with the keys that it may have held or hidden. Lost range
//     deletes may have hidden any key of the table's key range, which the manifest states, or any key at all if there
//     is no manifest. A table that is not the one listed in the manifest (by size, number of entries, sequence numbers,
//     first and last key, or the values that it refers to) is lost as a whole. So is a commit that tables or earlier
//     logs already contain. Nothing of them is used.
//   - P3: until the marker of the repaired store is durable, the damaged store is untouched. After that, all its files
//     have a second name or a copy in lost/N. A crash leaves one or the other, and Run may be called again. Anything
//     that is not a regular file is never opened, and moves to lost/N last.
//
// It writes through internal/rewrite, like a compaction. Run holds the lock of the store meanwhile.
package repair
