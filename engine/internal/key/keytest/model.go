package keytest

import (
	"slices"
	"sort"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// Entry is one entry of a source.
type Entry struct {
	Key     []byte
	Trailer key.Trailer
	Value   []byte
}

// Sort orders entries by key.Compare.
func Sort(entries []Entry) {
	slices.SortFunc(entries, func(a, b Entry) int { return key.Compare(a.Key, a.Trailer, b.Key, b.Trailer) })
}

// NewIterator returns an iterator over entries, which must be sorted and are not copied.
func NewIterator(entries []Entry) *Iterator { return &Iterator{entries: entries, at: -1} }

// Iterator is the model: a position in a slice. It can be made to fail.
type Iterator struct {
	entries []Entry
	at      int

	// Broken, if not nil, is the error with which every further movement fails.
	Broken error
	// CloseError is what Close returns.
	CloseError error
	// Closed counts the calls of Close.
	Closed int
}

func (i *Iterator) moveTo(at int) bool {
	if i.Broken != nil {
		at = -1
	}
	i.at = at
	return i.Valid()
}

// First implements key.Iterator.
func (i *Iterator) First() bool { return i.moveTo(0) }

// Last implements key.Iterator.
func (i *Iterator) Last() bool { return i.moveTo(len(i.entries) - 1) }

// SeekGE implements key.Iterator.
func (i *Iterator) SeekGE(user []byte, seq key.Seq) bool {
	return i.moveTo(sort.Search(len(i.entries), func(n int) bool {
		c := slices.Compare(i.entries[n].Key, user)
		return c > 0 || c == 0 && i.entries[n].Trailer.Seq() <= seq
	}))
}

// SeekLT implements key.Iterator.
func (i *Iterator) SeekLT(user []byte) bool {
	return i.moveTo(sort.Search(len(i.entries), func(n int) bool {
		return slices.Compare(i.entries[n].Key, user) >= 0
	}) - 1)
}

// Next implements key.Iterator.
func (i *Iterator) Next() bool { return i.Valid() && i.moveTo(i.at+1) }

// Prev implements key.Iterator.
func (i *Iterator) Prev() bool { return i.Valid() && i.moveTo(i.at-1) }

// Valid implements key.Iterator.
func (i *Iterator) Valid() bool { return i.at >= 0 && i.at < len(i.entries) }

// Key implements key.Iterator.
func (i *Iterator) Key() []byte { return i.entries[i.at].Key }

// Trailer implements key.Iterator.
func (i *Iterator) Trailer() key.Trailer { return i.entries[i.at].Trailer }

// Value implements key.Iterator.
func (i *Iterator) Value() []byte { return i.entries[i.at].Value }

// Error implements key.Iterator.
func (i *Iterator) Error() error { return i.Broken }

// Close implements key.Iterator.
func (i *Iterator) Close() error {
	i.Closed++
	return i.CloseError
}
