package view

import (
	"sync"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
)

// Range deletes.
//
// A range delete is one operation with one sequence number. It lies beside the entries of its memtable or table
// (internal/rangedel). The bounds of a table include its range deletes, whose end counts as if it were a key of theirs,
// unless it ends in zero: then the key before it is known. Compactions take all tables whose bounds meet, so I8 holds
// for range deletes as it does for keys, and a search that meets one can stop. Where a compaction ends a table after
// key K, it also ends the range deletes there, and the next table has the rest from the successor of K on.
//
// Flushes and compactions drop what a range delete hides from every reader; compactions do not even read it. A range
// delete is dropped when every snapshot sees it and no table further down can hold one of its keys. An iterator takes
// the range deletes of its memtables and its version, which costs nothing if there are none, and seeks over what they
// hide. In transactions a range counts as a write of all its keys.

// versionRanges are the range deletes of the tables of a version.
type versionRanges struct {
	Tables []*Table // those that have some
	once   sync.Once
	merged rangedel.Set // what a reader of the present sees
	newest key.Seq
}

// at returns what a reader at seq sees; it is remembered for readers of the present.
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
