package engine

import (
	"bytes"
	"sync"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
)

// Range deletes.
//
// A range delete is one operation with one sequence number. It lies beside the entries of its memtable or table
// (internal/rangedel). The bounds of a table include its range deletes, whose end counts as if it were a key of theirs,
// unless it ends in zero: then the key before it is known. Compactions take all tables whose bounds meet, so I8 holds
// for range deletes as it does for keys, and a search that meets one can stop. Where a compaction ends a table behind
// key K, it ends the range deletes there as well, and the next table has the rest from the successor of K on.
//
// Flushes and compactions drop what a range delete hides from every reader; compactions do not even read it. A range
// delete is dropped when every snapshot sees it and no table further down can hold one of its keys. An iterator takes
// the range deletes of its memtables and its version, which costs nothing if there are none, and seeks over what they
// hide. In transactions a range counts as a write of all its keys.

// add adds an operation of a batch.
func (m *mem) add(in *memtable.Inserter, user []byte, tr key.Trailer, value []byte) {
	if tr.Kind() == key.RangeDelete {
		m.ranges.Add(tombstone(user, value, tr.Seq()))
		return
	}
	in.Add(user, tr, value)
}

// tombstone returns one with copies of its keys.
func tombstone(start, end []byte, seq key.Seq) rangedel.Tombstone {
	return rangedel.Tombstone{Start: bytes.Clone(start), End: bytes.Clone(end), Seq: seq}
}

func (m *mem) empty() bool { return m.table.Empty() && m.ranges.Empty() }

// bytes returns about how much memory the memtable takes.
func (m *mem) bytes() int { return m.table.Bytes() + m.ranges.Bytes() }

// getBeside returns the newest entry of user at seq in a memtable and the range deletes that lie beside it. What these
// hide is a deletion, in older memtables and in tables as well.
func getBeside(t *memtable.Table, ranges *rangedel.Live, user []byte, seq key.Seq) (
	value []byte, kind key.Kind, ok bool,
) {
	if ranges.Empty() {
		return t.Get(user, seq)
	}
	hider := ranges.Newest(user, seq)
	value, kind, ok = t.Get(user, seq)
	if hider == 0 || ok && seqOf(t.NewIterator(), user, seq) > hider {
		return value, kind, ok
	}
	return nil, key.Delete, true
}

// seqOf returns the sequence number of the newest entry of user at seq, which must be there.
//
// Only keys that a range delete of the same memtable or table covers pay for this second search.
func seqOf(it key.Iterator, user []byte, seq key.Seq) (newest key.Seq) {
	if it.SeekGE(user, seq) && bytes.Equal(it.Key(), user) {
		newest = it.Trailer().Seq()
	}
	return newest
}

// get is getBeside for a table.
func (t *table) get(user []byte, seq key.Seq) (value []byte, kind key.Kind, ok bool, err error) {
	hider := t.reader.Ranges().Newest(user, seq)
	if hider == 0 {
		return t.reader.Get(user, seq)
	}
	if hider == t.MaxSeq {
		return nil, key.Delete, true, nil
	}
	value, kind, ok, err = t.reader.Get(user, seq)
	if err != nil {
		return nil, 0, false, err
	}
	if ok {
		it := t.reader.NewIterator()
		newest := seqOf(it, user, seq)
		if err = it.Error(); err != nil || newest > hider {
			return value, kind, err == nil, err
		}
	}
	return nil, key.Delete, true, nil
}

// iterator returns an iterator over the entries that hidden does not hide. Entries after seq are of no interest.
func (t *table) iterator(hidden []rangedel.Set, seq key.Seq) key.Iterator {
	newest := min(seq, t.MaxSeq)
	for _, s := range hidden {
		if s.Hides(t.Smallest, t.Largest, newest) {
			return none{}
		}
	}
	return rangedel.Hide(t.reader.NewIterator(), hidden, newest)
}

// versionRanges are the range deletes of the tables of a version.
type versionRanges struct {
	tables []*table // those that have some
	once   sync.Once
	merged rangedel.Set // what a reader of the present sees
	newest key.Seq
}

// at returns what a reader at seq sees; it is remembered for readers of the present.
func (r *versionRanges) at(seq key.Seq) rangedel.Set {
	if len(r.tables) == 0 {
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
	for _, t := range r.tables {
		all = append(all, t.reader.Ranges())
	}
	merged = rangedel.Merge([]key.Seq{seq}, all...)
	for i := range merged {
		newest = max(newest, merged[i].Seq)
	}
	return merged, newest
}

// hidden returns the range deletes between the bounds that a reader at seq sees, in one set for each memtable that has
// some and one for all tables. No two range deletes of a set have the same range.
func (v *view) hidden(seq key.Seq, o IterOptions) (sets []rangedel.Set) {
	add := func(s rangedel.Set) {
		if s = s.Overlapping(o.LowerBound, o.UpperBound); len(s) > 0 {
			sets = append(sets, s)
		}
	}
	for _, m := range v.mems {
		if !m.ranges.Empty() {
			add(m.ranges.At(seq))
		}
	}
	add(v.version.ranges.at(seq))
	return sets
}
