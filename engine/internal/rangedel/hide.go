package rangedel

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// hiding walks the entries of an iterator that no tombstone hides.
type hiding struct {
	key.Iterator
	cursors []cursor
	newest  key.Seq
}

// Hide wraps an iterator, of which it takes ownership, and leaves out the entries that one of the sets hides. Within
// one set no two tombstones have the same range, and none has the sequence number of an entry. The caller does not want
// entries newer than newest, so a tombstone at least that new hides every entry in its range.
func Hide(it key.Iterator, sets []Set, newest key.Seq) key.Iterator {
	var cursors []cursor
	for _, s := range sets {
		if len(s) > 0 {
			cursors = append(cursors, cursor{set: s})
		}
	}
	if len(cursors) == 0 {
		return it
	}
	return &hiding{Iterator: it, cursors: cursors, newest: newest}
}

func (h *hiding) First() bool { return h.forward(h.Iterator.First()) }
func (h *hiding) Last() bool  { return h.backward(h.Iterator.Last()) }
func (h *hiding) SeekGE(user []byte, seq key.Seq) bool {
	return h.forward(h.Iterator.SeekGE(user, seq))
}
func (h *hiding) SeekLT(user []byte) bool { return h.backward(h.Iterator.SeekLT(user)) }
func (h *hiding) Next() bool              { return h.forward(h.Iterator.Next()) }
func (h *hiding) Prev() bool              { return h.backward(h.Iterator.Prev()) }

func (h *hiding) forward(ok bool) bool {
	for ok {
		t := h.hider()
		switch {
		case t == nil:
			return true
		case t.Seq >= h.newest:
			ok = h.Iterator.SeekGE(t.End, key.MaxSeq)
		default:
			ok = h.Iterator.Next()
		}
	}
	return false
}

func (h *hiding) backward(ok bool) bool {
	for ok {
		t := h.hider()
		switch {
		case t == nil:
			return true
		case t.Seq >= h.newest:
			ok = h.Iterator.SeekLT(t.Start)
		default:
			ok = h.Iterator.Prev()
		}
	}
	return false
}

// hider returns the newest tombstone that hides the current entry, or nil.
func (h *hiding) hider() (newest *Tombstone) {
	user, seq := h.Iterator.Key(), h.Iterator.Trailer().Seq()
	for i := range h.cursors {
		if t := h.cursors[i].find(user); t != nil && t.Seq > seq {
			newest, seq = t, t.Seq
		}
	}
	return newest
}

// A cursor finds the tombstones of keys that are close to one another.
type cursor struct {
	set Set
	at  int // index of the first tombstone that ends after the key found last
}

// find returns the tombstone that covers user, or nil.
func (c *cursor) find(user []byte) *Tombstone {
	if !c.near(user) {
		c.at = c.set.endsAfter(user)
	}
	if c.at == len(c.set) || bytes.Compare(c.set[c.at].Start, user) > 0 {
		return nil
	}
	return &c.set[c.at]
}

// near reports whether at is already right for user.
func (c *cursor) near(user []byte) bool {
	return (c.at == len(c.set) || bytes.Compare(user, c.set[c.at].End) < 0) &&
		(c.at == 0 || bytes.Compare(user, c.set[c.at-1].End) >= 0)
}
