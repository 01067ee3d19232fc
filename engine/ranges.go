package engine

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
)

// add adds an operation of a batch.
func (m *mem) add(user []byte, tr key.Trailer, value []byte) {
	if tr.Kind() == key.RangeDelete {
		m.ranges.Add(tombstone(user, value, tr.Seq()))
		return
	}
	m.table.Add(user, tr, value)
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
	hider := key.Seq(0)
	if !ranges.Empty() {
		hider = ranges.Newest(user, seq)
	}
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
	hider := key.Seq(0)
	if ranges := t.reader.Ranges(); len(ranges) > 0 {
		hider = ranges.Newest(user, seq)
	}
	if hider >= t.MaxSeq && hider > 0 {
		return nil, key.Delete, true, nil
	}
	value, kind, ok, err = t.reader.Get(user, seq)
	if hider == 0 || err != nil {
		return value, kind, ok, err
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
func (t *table) iterator(hidden rangedel.Set, seq key.Seq) key.Iterator {
	newest := min(seq, t.MaxSeq)
	if hidden.Hides(t.Smallest, t.Largest, newest) {
		return none{}
	}
	return rangedel.Hide(t.reader.NewIterator(), hidden, newest)
}

// hidden returns the ranges of keys between the bounds in which something is deleted at seq, each with the newest
// deletion: one tombstone a range.
func (v *view) hidden(seq key.Seq, o IterOptions, own []rangedel.Tombstone) rangedel.Set {
	lists := [][]rangedel.Tombstone{own}
	for _, m := range v.mems {
		if !m.ranges.Empty() {
			lists = append(lists, m.ranges.Visible(seq, o.LowerBound, o.UpperBound))
		}
	}
	for _, t := range v.version.ranged {
		found := t.reader.Ranges().Overlapping(o.LowerBound, o.UpperBound)
		lists = append(lists, rangedel.Merge([]key.Seq{seq}, found))
	}
	if len(lists) == 1 && len(own) == 0 {
		return nil
	}
	return rangedel.Merge([]key.Seq{key.MaxSeq}, lists...)
}
