// Package view defines what a reader sees of the store at one instant: a [View] of the memtables, newest first, and
// below them the [Version], the set of live tables. Both may refer to values in blob files, which [Blobs] finds by
// number.
//
// Reading order: mem.go, table.go, ranges.go, level_iterator.go, version.go, blobfile.go, view.go.
//
// Promises:
//
//   - V1: views and versions do not change once they are shown. Only the active memtable receives more entries, with
//     sequence numbers above any that a reader of the view asks for.
//   - V2: a search goes from newer entries to older ones and ends with the first match.
//   - V3: an entry hidden by a range delete counts as deleted, wherever it is stored, in Get as in iterators.
//   - V4: a blob file that is held is open and can be found.
//
// The package counts references to views, versions, tables and blob files, but does not decide what happens when a
// count drops to zero. Package engine closes and removes them (I7, I15 there) and guards the non-atomic counts with
// DB.mu. The package writes no files. Views, versions and tables are safe for concurrent reading; a memtable also
// accepts concurrent inserts.
package view
