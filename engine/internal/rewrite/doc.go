// Package rewrite writes sorted entries and range deletes to new tables: from memtables for a flush, from tables for a
// compaction, from everything readable for a repair.
//
// Reading order: store.go lists what it needs from a store, rewriter.go decides what is kept and where tables end,
// ranges.go does the same for range deletes, separator.go moves values to blob files.
//
// Promises:
//
//   - W1: whatever a snapshot or a reader of the present sees in the input, it sees in the output (I9, I13 of package
//     engine).
//   - W2: no two tables share a user key (I8). A table's range deletes end where the table does.
//   - W3: every file is synced when Run returns nil. The names are not durable yet: whoever names the files in a
//     manifest must sync the directory first.
//   - W4: after an error, the files written are removed if the store still accepts writes, and otherwise left to the
//     next Open (I5).
//
// A Rewriter is used once, by one goroutine. Several Rewriters may write for one Store at the same time.
package rewrite
