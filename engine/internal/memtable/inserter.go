package memtable

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// An Inserter adds entries to a table and remembers where the last one went. If the next one belongs nearby, it is
// placed in a few steps, whatever other goroutines do meanwhile. An Inserter is used by one goroutine, but a table may
// have many. It need not be closed.
type Inserter struct {
	t *Table
	// At each level below levels: a node that sorts before the last entry or is that entry, and the link that led on
	// from it. Higher levels enclose lower ones.
	levels int
	prev   [heightMax]link // ref 0 is the head
	next   [heightMax]link
}

// Inserter returns an inserter that has added nothing yet.
func (t *Table) Inserter() Inserter { return Inserter{t: t} }

// Add is Table.Add.
func (in *Inserter) Add(user []byte, tr key.Trailer, value []byte) {
	g := targetOf(user, tr)
	in.find(&g)
	height := heightOf(tr.Seq())
	n, r := in.t.newNode(user, tr, value, height)
	for ; in.levels < height; in.levels++ {
		in.prev[in.levels], in.next[in.levels] = 0, endLink
	}
	l := makeLink(g.hint, r)
	// Link from the bottom up, so that a reader that meets the node on one level finds it on all levels below.
	for level := range height {
		*n.word(level) = uint64(in.next[level])
		for !in.node(level).swap(level, in.next[level], l) {
			in.forward(level, in.prev[level], &g)
			*n.word(level) = uint64(in.next[level])
		}
		in.prev[level] = l
	}
	in.t.added(n, r, height)
}

// node returns the node before the entry at a level.
func (in *Inserter) node(level int) *node {
	if r := in.prev[level].ref(); r != 0 {
		return in.t.arena.at(r)
	}
	return in.t.headNode()
}

// find descends to the place of an entry from the lowest level on which the remembered links enclose it, or else from
// the top.
func (in *Inserter) find(g *target) {
	var prev link
	level := in.lowest(g)
	if level < in.levels {
		prev = in.prev[level]
	} else {
		level = int(in.t.height.Load()) - 1
		in.levels = level + 1
	}
	for ; level >= 0; level-- {
		prev = in.forward(level, prev, g)
	}
}

// lowest returns the lowest level that encloses an entry, or levels if none does.
func (in *Inserter) lowest(g *target) int {
	level := 0
	for level < in.levels && !in.encloses(level, g) {
		level++
	}
	return level
}

// encloses reports whether the entry belongs between prev and next of a level and these are still neighbours. If other
// entries have come in between, the way on this level may be long.
func (in *Inserter) encloses(level int, g *target) bool {
	prev, next := in.prev[level], in.next[level]
	return (prev == 0 || in.t.isBefore(prev, g, 0)) && !in.t.isBefore(next, g, 0) && in.node(level).load(level) == next
}

// forward finds the neighbours of an entry on a level, starting from a node before it, and returns the one before.
func (in *Inserter) forward(level int, prev link, g *target) link {
	t := in.t
	n := t.headNode()
	if prev.ref() != 0 {
		n = t.arena.at(prev.ref())
	}
	var beyond ref
	if level+1 < in.levels {
		beyond = in.next[level+1].ref()
	}
	next := n.load(level)
	for t.isBefore(next, g, beyond) {
		prev = next
		n = t.arena.at(next.ref())
		next = n.load(level)
	}
	if level == 0 && next.ref() != 0 && next.hint() == g.hint {
		invariant.Check(!t.is(next.ref(), g), "memtable: an entry is added once")
	}
	in.prev[level], in.next[level] = prev, next
	return prev
}

func (t *Table) is(r ref, g *target) bool {
	n := t.arena.at(r)
	return n.trailer == g.tr && bytes.Equal(n.user(), g.user)
}
