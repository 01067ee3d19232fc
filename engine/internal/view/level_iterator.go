package view

import (
	"bytes"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
)

// levelIterator walks tables that do not overlap, those of a level below 0, one after another.
type levelIterator struct {
	tables []*Table
	hidden []rangedel.Set
	seq    key.Seq
	at     int // index of the current table
	key.Iterator
	err error
}

// newLevelIterator returns an iterator over the entries not hidden by hidden. The caller does not want entries after
// seq.
func newLevelIterator(tables []*Table, hidden []rangedel.Set, seq key.Seq) key.Iterator {
	return &levelIterator{tables: tables, hidden: hidden, seq: seq, at: -1, Iterator: none{}}
}

// enter makes table i the current one; ok is false if there is none.
func (l *levelIterator) enter(i int) (ok bool) {
	if i == l.at && l.err == nil && i >= 0 && i < len(l.tables) {
		return true
	}
	if err := l.Iterator.Close(); err != nil && l.err == nil {
		l.err = err
	}
	l.at, l.Iterator = i, none{}
	if i < 0 || i >= len(l.tables) {
		return false
	}
	l.Iterator = l.tables[i].iterator(l.hidden, l.seq)
	return true
}

func (l *levelIterator) First() bool {
	return l.enter(0) && l.Iterator.First() || l.forward()
}

func (l *levelIterator) Last() bool {
	return l.enter(len(l.tables)-1) && l.Iterator.Last() || l.backward()
}

func (l *levelIterator) SeekGE(user []byte, seq key.Seq) bool {
	return l.enter(find(l.tables, user)) && l.Iterator.SeekGE(user, seq) || l.forward()
}

func (l *levelIterator) SeekLT(user []byte) bool {
	i, _ := slices.BinarySearchFunc(l.tables, user, func(t *Table, user []byte) int {
		return bytes.Compare(t.Smallest, user)
	})
	return l.enter(i-1) && l.Iterator.SeekLT(user) || l.backward()
}

func (l *levelIterator) Next() bool { return l.Iterator.Next() || l.forward() }
func (l *levelIterator) Prev() bool { return l.Iterator.Prev() || l.backward() }

// forward moves to the first entry in the tables after the current one, unless the current one had an error.
func (l *levelIterator) forward() bool {
	for l.Error() == nil && l.at < len(l.tables) {
		if l.enter(l.at+1) && l.Iterator.First() {
			return true
		}
	}
	return false
}

func (l *levelIterator) backward() bool {
	for l.Error() == nil && l.at >= 0 {
		if l.enter(l.at-1) && l.Iterator.Last() {
			return true
		}
	}
	return false
}

func (l *levelIterator) Error() error {
	if l.err != nil {
		return l.err
	}
	return l.Iterator.Error()
}

// none is an iterator without entries.
type none struct{}

func (none) First() bool                 { return false }
func (none) Last() bool                  { return false }
func (none) SeekGE([]byte, key.Seq) bool { return false }
func (none) SeekLT([]byte) bool          { return false }
func (none) Next() bool                  { return false }
func (none) Prev() bool                  { return false }
func (none) Valid() bool                 { return false }
func (none) Key() []byte                 { return nil }
func (none) Trailer() key.Trailer        { return 0 }
func (none) Value() []byte               { return nil }
func (none) Error() error                { return nil }
func (none) Close() error                { return nil }
