package rangedel

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// hiding walks the entries of an iterator that no tombstone hides.
type hiding struct {
	key.Iterator
	set    Set // one tombstone a range
	newest key.Seq
	at     int // index of the tombstone that covered the last key, or of the first behind it
}

// Hide returns an iterator over the entries of it, which it takes over, that the set does not hide. No two tombstones of
// the set have one range, and none has the sequence number of an entry. Entries that are newer than newest are of no
// interest to the caller, so that a tombstone which is not older than newest hides all.
func Hide(it key.Iterator, s Set, newest key.Seq) key.Iterator {
	if len(s) == 0 {
		return it
	}
	return &hiding{Iterator: it, set: s, newest: newest}
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

// hider returns the tombstone that hides the entry under the iterator, or nil.
func (h *hiding) hider() *Tombstone {
	user := h.Iterator.Key()
	if !h.near(user) {
		h.at = h.set.endsBehind(user)
	}
	if h.at == len(h.set) {
		return nil
	}
	t := &h.set[h.at]
	if t.Seq > h.Iterator.Trailer().Seq() && bytes.Compare(t.Start, user) <= 0 {
		return t
	}
	return nil
}

// near reports whether at is already the index of the first tombstone that ends behind user.
func (h *hiding) near(user []byte) bool {
	return (h.at == len(h.set) || bytes.Compare(user, h.set[h.at].End) < 0) &&
		(h.at == 0 || bytes.Compare(user, h.set[h.at-1].End) >= 0)
}
