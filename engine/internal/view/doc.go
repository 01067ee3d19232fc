// Package view is what a reader of the store sees at one instant: a [View] of the memtables, newest first, and below
// them the [Version], which is the set of live tables. Both refer to values in blob files, which [Blobs] finds by
// number.
//
// Reading order: mem.go, table.go, ranges.go, level_iterator.go, version.go, blobfile.go, view.go.
//
// The package promises:
//
//   - V1: views and versions do not change once they are shown. Only the memtables in front gather more entries, whose
//     sequence numbers are greater than any that a reader of the view asks for.
//   - V2: a search goes from the newest entries to the oldest, and ends with the first one that it meets.
//   - V3: what a range delete hides is a deletion, wherever it lies, in a Get as in an iterator.
//   - V4: a blob file that somebody holds is open and is found.
//
// It counts who refers to views, versions, tables and blob files, but does not decide what happens when nobody does:
// package engine closes and removes them (I7, I15 there), and guards the counts that are not atomic with DB.mu. It
// writes no files. Views, versions and tables are read by any number of goroutines; a memtable takes inserts from
// several at a time.
package view
