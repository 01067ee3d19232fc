package memtable

import "github.com/lightningdb/lightning-torture/engine/internal/key"

// A target is the place of an entry that a search looks for. The entry need not exist.
type target struct {
	hint uint32
	user []byte
	tr   key.Trailer
}

func targetOf(user []byte, tr key.Trailer) target { return target{hintOf(user), user, tr} }

// isBefore reports whether the node that l leads to sorts before the target. beyond is known not to.
func (t *Table) isBefore(l link, g *target, beyond ref) bool {
	if h := l.hint(); h != g.hint {
		return h < g.hint
	}
	return l.ref() != beyond && t.isNodeBefore(l.ref(), g)
}

//go:noinline
func (t *Table) isNodeBefore(r ref, g *target) bool {
	if r == 0 {
		return false
	}
	n := t.arena.at(r)
	return key.Compare(n.user(), n.trailer, g.user, g.tr) < 0
}

// search returns the last node before the target and the first node not before it, each 0 if there is none.
func (t *Table) search(g *target) (before, from ref) {
	n := t.headNode()
	for level := int(t.height.Load()) - 1; level >= 0; level-- {
		next := n.load(level)
		for t.isBefore(next, g, from) { // a lower level often leads to the same node again
			before = next.ref()
			n = t.arena.at(before)
			next = n.load(level)
		}
		from = next.ref()
	}
	return before, from
}

// last returns the last node, or 0 if there is none.
func (t *Table) last() ref {
	var r ref
	n := t.headNode()
	for level := int(t.height.Load()) - 1; level >= 0; level-- {
		for next := n.load(level).ref(); next != 0; next = n.load(level).ref() {
			r, n = next, t.arena.at(next)
		}
	}
	return r
}

// visible returns the trailer that sorts at or before every version of a key that is visible at seq, and after all
// others.
func visible(seq key.Seq) key.Trailer { return key.MakeTrailer(seq, ^key.Kind(0)) }
