package memtable

import (
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// A splice is where a new node goes: at each level, the node before it (0 for the head) and the link that leads on.
type splice struct {
	prev [heightMax]ref
	next [heightMax]link
}

// word returns the place of the link of a node at a level; node 0 is the head.
func (t *Table) word(n ref, level int) *uint64 {
	if n == 0 {
		return &t.head[level]
	}
	chunk, offset := t.arena.at(n)
	return &chunk[offset-1-level]
}

func (t *Table) load(n ref, level int) link { return link(atomic.LoadUint64(t.word(n, level))) }

// search returns the last node before (user, tr), 0 if there is none, and the first that is not before it, 0 if there
// is none. It fills s, if there is one.
func (t *Table) search(user []byte, tr key.Trailer, s *splice) (before, from ref) {
	hint := hintOf(user)
	var beyond ref // known not to be before: a lower level often leads to the same node again
	for level := int(t.height.Load()) - 1; level >= 0; level-- {
		next := t.load(before, level)
		for next.ref() != beyond && t.isBefore(next, hint, user, tr) {
			before = next.ref()
			next = t.load(before, level)
		}
		beyond = next.ref()
		if s != nil {
			s.prev[level], s.next[level] = before, next
		}
	}
	return before, beyond
}

// isBefore says whether the node that l leads to sorts before (user, tr), whose hint is given.
func (t *Table) isBefore(l link, hint uint32, user []byte, tr key.Trailer) bool {
	if l.ref() == 0 {
		return false
	}
	if h := l.hint(); h != hint {
		return h < hint
	}
	nodeUser, nodeTrailer := t.keyAt(l.ref())
	return key.Compare(nodeUser, nodeTrailer, user, tr) < 0
}

// last returns the last node, 0 if there is none.
func (t *Table) last() ref {
	var n ref
	for level := int(t.height.Load()) - 1; level >= 0; level-- {
		for next := t.load(n, level).ref(); next != 0; next = t.load(n, level).ref() {
			n = next
		}
	}
	return n
}

// visible returns the trailer that sorts at or before every entry of a user key that is visible at seq, and after
// every other.
func visible(seq key.Seq) key.Trailer { return key.MakeTrailer(seq, ^key.Kind(0)) }
