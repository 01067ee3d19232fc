package workloads

import "bytes"

// Bounds restricts the keys that a cursor shows; a key must satisfy all of them.
type Bounds struct {
	From   []byte // first key, inclusive; empty: no bound
	To     []byte // end, exclusive; empty: no bound
	Prefix []byte // what each key starts with; empty: any
}

// Range returns the same bounds for engines without prefix bounds: the first key, inclusive, and the end, exclusive. An
// empty from and a nil to mean no bound. The end never precedes the first key.
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

// prefixEnd returns the first key after all keys that start with prefix, or nil if there is none.
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

// Cursor iterates in both directions over the keys as of one instant. A new cursor is not positioned. Each movement
// reports whether the cursor is on a key afterwards. A cursor is not safe for concurrent use.
type Cursor interface {
	First() bool
	Last() bool
	Next() bool // the cursor must be on a key
	Prev() bool // the cursor must be on a key
	SeekGE(key []byte) bool
	SeekLT(key []byte) bool
	// Key and Value return the current pair. The slices are valid until the cursor moves.
	Key() []byte
	Value() []byte
	// Error returns why the last movement or Value failed; it is nil if the cursor merely ran past the last key.
	Error() error
	Close() error
}

// CursorMaker is implemented by stores, transactions and snapshots that offer cursors.
type CursorMaker interface {
	// NewCursor returns a cursor over what is visible at the moment of the call; later writes do not show.
	NewCursor(Bounds) (Cursor, error)
}

// Movement is one way to move a cursor, or to read from a snapshot.
type Movement string

// The movements. Saved scripts contain their text.
const (
	MoveFirst  Movement = "first"
	MoveLast   Movement = "last"
	MoveNext   Movement = "next" // ignored if the cursor is not on a key
	MovePrev   Movement = "prev" // ignored if the cursor is not on a key
	MoveSeekGE Movement = "seek-ge"
	MoveSeekLT Movement = "seek-lt"
	MoveGet    Movement = "get" // Get of Key, in a snapshot
)

// Move is one movement.
type Move struct {
	How Movement
	Key []byte // the key to seek or get
}
