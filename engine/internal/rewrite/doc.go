// Package rewrite writes sorted entries and range deletes to new tables: those of memtables for a flush, of tables for
// a compaction, of everything that is readable for a repair.
//
// Reading order: store.go has what it needs of a store, rewriter.go what is kept and where tables end, ranges.go the
// same for range deletes, separator.go the values that go to blob files.
//
// The package promises:
//
//   - W1: what a snapshot, or a reader of the present, sees in the input, it sees in the output (I9, I13 of package
//     engine).
//   - W2: no two tables share a user key (I8). A table's range deletes end where the table does.
//   - W3: every file is synced when Run returns nil. Their names are not durable: whoever names the files in a manifest
//     syncs the directory first.
//   - W4: after an error, what was written is removed if the store still takes writes, and otherwise left to the next
//     Open (I5).
//
// A Rewriter is used once, by one goroutine. Several may write for one Store at the same time.
package rewrite
