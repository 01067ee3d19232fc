package workloads

import "bytes"

// Bounds says which keys a cursor shows: those that satisfy all of them.
type Bounds struct {
	From   []byte // the first key, inclusive; empty for the first of all
	To     []byte // the end, exclusive; empty for none
	Prefix []byte // what keys begin with; empty for any
}

// Range returns the same bounds for engines that know no prefixes: the first key, inclusive, and the end, exclusive. An
// empty first key is that of all, and an end that is nil is none. The end does not come before the first key.
func (b Bounds) Range() (from, to []byte) {
	from = b.From
	if bytes.Compare(b.Prefix, from) > 0 {
		from = b.Prefix
	}
	if len(b.To) > 0 {
		to = b.To
	}
	if end := prefixEnd(b.Prefix); end != nil && (to == nil || bytes.Compare(end, to) < 0) {
		to = end
	}
	if to != nil && bytes.Compare(from, to) > 0 {
		from = to
	}
	return from, to
}

// prefixEnd returns the first key after all that begin with a prefix; nil if there is none.
func prefixEnd(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] < 0xff {
			end := bytes.Clone(prefix[:i+1])
			end[i]++
			return end
		}
	}
	return nil
}

// Cursor walks the keys of one instant in order, in both directions. A new one stands on no key. Its movements report whether
// it stands on a key afterwards. It is used by one goroutine.
type Cursor interface {
	First() bool
	Last() bool
	Next() bool // it must stand on a key
	Prev() bool // it must stand on a key
	SeekGE(key []byte) bool
	SeekLT(key []byte) bool
	// Key and Value return what it stands on; the slices are valid until it moves.
	Key() []byte
	Value() []byte
	// Error says why the last movement or Value failed; nil if the keys had ended.
	Error() error
	Close() error
}

// CursorMaker is implemented by stores, transactions and snapshots that have cursors.
type CursorMaker interface {
	// NewCursor returns a cursor over what is visible at the moment of the call. Nothing that comes later changes what it shows.
	NewCursor(Bounds) (Cursor, error)
}

// Movement is a way to move a cursor, or to look at a snapshot.
type Movement string

// The movements. Their text is that of saved scripts.
const (
	MoveFirst  Movement = "first"
	MoveLast   Movement = "last"
	MoveNext   Movement = "next" // passed over by a cursor that stands on no key
	MovePrev   Movement = "prev" // likewise
	MoveSeekGE Movement = "seek-ge"
	MoveSeekLT Movement = "seek-lt"
	MoveGet    Movement = "get" // of a snapshot: Get of Key
)

// Move is one movement.
type Move struct {
	How Movement
	Key []byte // that is sought
}
