package checker

import (
	"cmp"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// relation is the reason why one transaction came before another.
type relation uint8

const (
	ww   relation = iota // it appended the element right before the other's
	wr                   // it appended what the other read
	rw                   // it did not read what the other appended
	rt                   // it was answered before the other was called
	self                 // it reads before it commits
)

// relations is a set of relations.
type relations uint8

func (r relation) only() relations            { return 1 << r }
func (s relations) has(r relation) bool       { return s&r.only() != 0 }
func (s relations) with(r relation) relations { return s | r.only() }

// edge says that the transaction from came before the transaction to.
type edge struct {
	from, to int32
	list     int32 // where they met; -1 for rt
	place    int32 // in the list, of the element that to appended (ww, rw) or from appended (wr); 0 if nobody read the element
	why      relation
	// phantom is true if the relation follows from what a scan did not find.
	phantom bool
}

// graph is what is known about the order of the committed transactions.
type graph struct {
	*ledger
	edges []edge
}

func newGraph(g *ledger) *graph {
	x := &graph{ledger: g}
	most := len(g.elements)
	for t := range g.txns {
		most += 2 * len(g.txns[t].steps)
	}
	x.edges = make([]edge, 0, most)
	for l := range g.lists {
		x.addWrites(int32(l))
	}
	for t := range g.txns {
		if g.txns[t].fate == committed {
			x.addReads(int32(t))
		}
	}
	return x
}

func (x *graph) add(e edge) {
	if e.from != e.to {
		x.edges = append(x.edges, e)
	}
}

// writer returns who appended the element at a place of a list.
func (x *graph) writer(l *list, place int) int32 { return x.elements[l.order[place-1]].writer }

// addWrites adds the order of the writers of a list. Elements that nobody has read come after all others, because
// whatever was read is the beginning of the list.
func (x *graph) addWrites(n int32) {
	l := &x.lists[n]
	if l.broken || len(l.order) == 0 {
		return
	}
	for at := 2; at <= len(l.order); at++ {
		x.add(edge{from: x.writer(l, at-1), to: x.writer(l, at), list: n, place: int32(at), why: ww})
	}
	for _, e := range l.unseen {
		x.add(edge{from: x.writer(l, len(l.order)), to: x.elements[e].writer, list: n, why: ww})
	}
}

// addReads adds what follows from the reads of a transaction, except reads of lists to which it had itself appended.
func (x *graph) addReads(t int32) {
	steps := x.txns[t].steps
	for i := range steps {
		s := &steps[i]
		l := &x.lists[s.list]
		if s.appends() || l.broken || x.appended(t, s) {
			continue
		}
		n := len(s.read)
		if n > 0 {
			x.add(edge{from: x.writer(l, n), to: t, list: s.list, place: int32(n), why: wr})
		}
		if n < len(l.order) {
			x.add(edge{from: t, to: x.writer(l, n+1), list: s.list, place: int32(n + 1), why: rw, phantom: s.phantom()})
			continue
		}
		for _, e := range l.unseen {
			x.add(edge{from: t, to: x.elements[e].writer, list: s.list, why: rw, phantom: s.phantom()})
		}
	}
}

// appended reports whether a transaction found its own element at the end of a list.
func (x *graph) appended(t int32, s *micro) bool {
	return len(s.read) > 0 && x.own(t, s.read[len(s.read)-1])
}

// addRealTime adds the relations rt between transactions.
func (x *graph) addRealTime() {
	op := func(t int32) *history.Op { return x.txns[t].op }
	done := func(t int32) bool { return x.txns[t].fate == committed }
	more := 0
	realTime(len(x.txns), op, done, func(_, _ int32) { more++ })
	x.edges = slices.Grow(x.edges, more)
	realTime(len(x.txns), op, done, func(from, to int32) { x.add(edge{from: from, to: to, list: -1, why: rt}) })
}

// realTime calls add with pairs of committed transactions: from was answered before to was called. It leaves out pairs
// that follow from others, so no transaction is in more pairs as the second one than there are clients.
func realTime(n int, op func(t int32) *history.Op, done func(t int32) bool, add func(from, to int32)) {
	var returns []int32
	for t := range int32(n) {
		if op(t).Outcome == history.Acked { // others may have taken effect after they returned
			returns = append(returns, t)
		}
	}
	slices.SortFunc(returns, func(a, b int32) int { return cmp.Compare(op(a).Return, op(b).Return) })
	var last []int32 // those answered so far, without any that was answered before another of them was called
	for t := range int32(n) {
		if !done(t) {
			continue
		}
		for ; len(returns) > 0 && op(returns[0]).Return < op(t).Call; returns = returns[1:] {
			call := op(returns[0]).Call
			last = append(slices.DeleteFunc(last, func(l int32) bool { return op(l).Return < call }), returns[0])
		}
		for _, l := range last {
			add(l, t)
		}
	}
}

// skewed reports whether a transaction may read at an earlier moment than it commits.
func (x *graph) skewed(t int32) bool { return x.txns[t].skewed() }

func (t *transaction) skewed() bool { return skewed(t.op) }

func skewed(op *history.Op) bool {
	return op.Kind == history.Txn && op.Isolation == history.SnapshotIsolation && len(op.Writes) > 0
}
