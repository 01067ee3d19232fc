package view

import (
	"cmp"
	"slices"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
)

// View is what a reader sees: the memtables, newest first, and the tables below them. It is immutable.
type View struct {
	Mems    []*Mem
	Version *Version
	Refs    atomic.Int32 // number of readers, plus 1 while it is the current view
}

// Get returns the newest entry of user at seq; an entry hidden by a range delete counts as deleted.
func (v *View) Get(user []byte, seq key.Seq) (value []byte, kind key.Kind, ok bool, err error) {
	for _, m := range v.Mems {
		if value, kind, ok = GetBeside(m.Table, &m.Ranges, user, seq); ok {
			return value, kind, true, nil
		}
	}
	return v.Version.get(user, seq)
}

// Iterators returns one iterator per source, over the entries not hidden by hidden. The caller does not want entries
// after seq.
func (v *View) Iterators(hidden []rangedel.Set, seq key.Seq) []key.Iterator {
	var all []key.Iterator
	for _, m := range v.Mems {
		all = append(all, rangedel.Hide(m.Table.NewIterator(), hidden, seq))
	}
	return append(all, v.Version.Iterators(hidden, seq)...)
}

// Hidden returns the range deletes within the bounds that a reader at seq sees: one set for each memtable that has any,
// and one for all tables. No two range deletes of a set have the same range.
func (v *View) Hidden(seq key.Seq, lower, upper []byte) (sets []rangedel.Set) {
	add := func(s rangedel.Set) {
		if s = s.Overlapping(lower, upper); len(s) > 0 {
			sets = append(sets, s)
		}
	}
	for _, m := range v.Mems {
		if !m.Ranges.Empty() {
			add(m.Ranges.At(seq))
		}
	}
	add(v.Version.Ranges.at(seq))
	return sets
}

// BlobFiles returns the blob files that a reader can encounter references into, by number. The caller holds DB.mu.
func (v *View) BlobFiles() []*BlobFile {
	all := slices.Clone(v.Version.Blobs)
	for _, m := range v.Mems {
		all = append(all, m.Blobs...)
	}
	slices.SortFunc(all, func(a, b *BlobFile) int { return cmp.Compare(a.Num, b.Num) })
	return slices.Compact(all)
}
