package view

import (
	"sync"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
)

// Range deletes.
//
// A range delete is one operation with one sequence number. It is kept apart from the entries of its memtable or table
// (internal/rangedel). The bounds of a table include its range deletes. Their end counts as a key, unless it ends in a
// zero byte; then the last key of the range is known and counts instead. Compactions take all tables whose bounds
// overlap, so I8 holds for range deletes as it does for keys, and a search that meets one can stop. Where a compaction
// ends a table after key K, it also ends the range deletes there, and the next table has the rest from the successor of
// K on.
//
// Flushes and compactions drop whatever a range delete hides from every reader; compactions do not even read it. A
// range delete itself is dropped when every snapshot sees it and no deeper table can hold one of its keys. An iterator
// takes the range deletes of its memtables and its version, which is free if there are none, and seeks over what they
// hide. In transactions a range delete counts as a write of all its keys.

// versionRanges are the range deletes of the tables of a version.
type versionRanges struct {
	Tables []*Table // the tables that have range deletes
	once   sync.Once
	merged rangedel.Set // what a reader of the present sees
	newest key.Seq
}

// at returns what a reader at seq sees. The result is cached for readers of the present.
func (r *versionRanges) at(seq key.Seq) rangedel.Set {
	if len(r.Tables) == 0 {
		return nil
	}
	r.once.Do(func() { r.merged, r.newest = r.merge(key.MaxSeq) })
	if r.newest <= seq {
		return r.merged
	}
	merged, _ := r.merge(seq)
	return merged
}

func (r *versionRanges) merge(seq key.Seq) (merged rangedel.Set, newest key.Seq) {
	var all []rangedel.Set
	for _, t := range r.Tables {
		all = append(all, t.Reader.Ranges())
	}
	merged = rangedel.Merge([]key.Seq{seq}, all...)
	for i := range merged {
		newest = max(newest, merged[i].Seq)
	}
	return merged, newest
}
