package checker

import (
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// checkTransactions adds violations that a single transaction shows by what it read: contradictions to its own steps,
// and reads of what it must not have seen. It reports the first of each class. Once something is wrong with a list,
// nothing else is inferred from that list.
func (g *ledger) checkTransactions(found []Violation) []Violation {
	for t := range g.txns {
		if g.txns[t].fate != committed {
			continue
		}
		if v := g.checkInternal(int32(t)); v != nil {
			found = addFirst(found, *v)
		}
		for i := range g.txns[t].steps {
			if v := g.checkSources(int32(t), &g.txns[t].steps[i]); v != nil {
				found = addFirst(found, *v)
			}
		}
	}
	return found
}

// addFirst adds a violation unless there already is one of its class.
func addFirst(found []Violation, v Violation) []Violation {
	if slices.ContainsFunc(found, func(f Violation) bool { return f.Class == v.Class }) {
		return found
	}
	return append(found, v)
}

// checkInternal compares what a transaction read with what it had read and appended before.
func (g *ledger) checkInternal(t int32) *Violation {
	steps := g.txns[t].steps
	if g.txns[t].op.Scans() {
		return nil // it read every list only once
	}
	for i := range steps {
		now := &steps[i]
		if now.appends() {
			continue
		}
		if e, early := g.ownBefore(t, i); early {
			g.lists[now.list].broken = true
			return g.violation("internal", []int32{t}, fmt.Sprintf("%s read %s, with an element %s that it appended itself only afterwards",
				g.title(t), g.showRead(now), g.name(e)))
		}
		want, known := g.expected(steps[:i], now.list)
		tail := now.read[max(0, len(now.read)-len(want)):]
		if known && !slices.Equal(now.read, want) || !known && !slices.Equal(tail, want) {
			g.lists[now.list].broken = true
			ends := ""
			if !known {
				ends = " at its end"
			}
			return g.violation("internal", []int32{t}, fmt.Sprintf("%s read %s, but after its own earlier steps it had to find "+
				"%s%s", g.title(t), g.showRead(now), g.show(want), ends))
		}
	}
	return nil
}

// ownBefore returns an element that a transaction read in its i-th step but appended only in a later one, if there is
// one.
func (g *ledger) ownBefore(t int32, i int) (e int32, found bool) {
	steps, op := g.txns[t].steps, g.txns[t].op
	if op.Kind == history.Txn && op.Order == "" {
		return 0, false // the order of steps is unknown, so it may have read after it appended
	}
	for _, e := range steps[i].read {
		if g.own(t, e) && !slices.ContainsFunc(steps[:i], func(s micro) bool { return s.element == e }) {
			return e, true
		}
	}
	return 0, false
}

// expected returns what a transaction must find in a list after the given steps: the whole list if known is true,
// otherwise its end.
func (g *ledger) expected(before []micro, l int32) (want []int32, known bool) {
	for i := range before {
		switch s := &before[i]; {
		case s.list != l:
		case s.appends():
			want = append(slices.Clip(want), s.element)
		case g.level.repeats():
			want, known = s.read, true
		}
	}
	return want, known
}

// checkSources checks who wrote the elements that a transaction read.
func (g *ledger) checkSources(t int32, s *micro) *Violation {
	for _, e := range s.read {
		w := g.elements[e].writer
		switch {
		case w < 0:
			g.lists[s.list].broken = true
			return g.violation("garbage element", []int32{t}, fmt.Sprintf("%s read %s, with an element %s that nobody appended",
				g.title(t), g.showRead(s), g.name(e)))
		case !g.level.committedOnly():
			g.lists[s.list].broken = g.lists[s.list].broken || g.txns[w].fate != committed
		case g.txns[w].fate == aborted:
			g.lists[s.list].broken = true
			return g.violation("G1a", []int32{t, w}, fmt.Sprintf("aborted read: %s read %s, but %s, which appended %s, "+
				"was not committed", g.title(t), g.showRead(s), g.title(w), g.name(e)))
		}
	}
	if n := len(s.read); n > 0 && g.level.committedOnly() && !g.elements[s.read[n-1]].final && !g.own(t, s.read[n-1]) {
		last := s.read[n-1]
		w := g.elements[last].writer
		g.lists[s.list].broken = true
		return g.violation("G1b", []int32{t, w}, fmt.Sprintf("intermediate read: %s read %s, but %s, which appended %s, "+
			"appended more to that list: nobody else may see it half done", g.title(t), g.showRead(s), g.title(w), g.name(last)))
	}
	return nil
}

// checkVersions infers the order of every list, and adds violations that contradict it.
func (g *ledger) checkVersions(found []Violation) []Violation {
	longest := make([]int32, len(g.lists)) // by list: the transaction that made the longest read
	for t := range g.txns {
		for i := range g.txns[t].steps {
			s := &g.txns[t].steps[i]
			if l := &g.lists[s.list]; g.txns[t].fate == committed && len(s.read) > len(l.order) {
				l.order, longest[s.list] = s.read, int32(t)
			}
		}
	}
	found = g.placeElements(found, longest)
	found = g.checkMissing(found, longest)
	for t := range g.txns {
		if g.txns[t].fate != committed {
			continue
		}
		for i := range g.txns[t].steps {
			if v := g.checkOrder(int32(t), &g.txns[t].steps[i], longest); v != nil {
				found = addFirst(found, *v)
			}
		}
	}
	return g.checkUpdates(found)
}

// placeElements gives every element of an order its place, and collects the elements that nobody has read.
func (g *ledger) placeElements(found []Violation, longest []int32) []Violation {
	for l := range g.lists {
		for i, e := range g.lists[l].order {
			if g.elements[e].place > 0 {
				g.lists[l].broken = true
				found = addFirst(found, *g.duplicate(longest[l], int32(l), g.lists[l].order, e))
			}
			g.elements[e].place = int32(i) + 1
		}
	}
	for e := range g.elements {
		if x := &g.elements[e]; x.place == 0 && x.writer >= 0 && g.txns[x.writer].fate == committed {
			g.lists[x.list].unseen = append(g.lists[x.list].unseen, int32(e))
		}
	}
	return found
}

// checkMissing looks for an element whose predecessor, appended to the same list by the same transaction, is missing
// or comes after it.
func (g *ledger) checkMissing(found []Violation, longest []int32) []Violation {
	for l := range g.lists {
		for _, e := range g.lists[l].order {
			x := &g.elements[e]
			if x.prev < 0 || g.lists[l].broken {
				continue
			}
			if at := g.elements[x.prev].place; at == 0 || at > x.place {
				t := longest[l]
				g.lists[l].broken = true
				found = addFirst(found, *g.violation("missing element", []int32{t, x.writer}, fmt.Sprintf("%s read %s = %s, where %s is "+
					"not preceded by %s, which %s had appended before it", g.title(t), KeyText(g.lists[l].key),
					g.show(g.lists[l].order), g.name(e), g.name(x.prev), g.title(x.writer))))
			}
		}
	}
	return found
}

func (g *ledger) duplicate(t, l int32, read []int32, e int32) *Violation {
	return g.violation("duplicate element", []int32{t}, fmt.Sprintf("%s read %s = %s, where %s is twice",
		g.title(t), KeyText(g.lists[l].key), g.show(read), g.name(e)))
}

// checkOrder reports how a read contradicts the longest read of its list, or nil.
func (g *ledger) checkOrder(t int32, s *micro, longest []int32) *Violation {
	l := &g.lists[s.list]
	if n := len(s.read); l.broken || n <= len(l.order) && slices.Equal(s.read, l.order[:n]) {
		return nil
	}
	l.broken = true
	seen := make(map[int32]bool, len(s.read))
	for _, e := range s.read {
		if seen[e] {
			return g.duplicate(t, s.list, s.read, e)
		}
		seen[e] = true
	}
	other := longest[s.list]
	return g.violation("incompatible order", []int32{t, other}, fmt.Sprintf("%s read %s, and %s read %s: neither is the "+
		"beginning of the other, so no order of the appends explains both",
		g.title(t), g.showRead(s), g.title(other), g.show(l.order)))
}

// checkUpdates looks for two transactions that read the same version of a list and then both appended to it. At levels
// at which reads repeat, not both may commit: the second did not read what the first had left.
func (g *ledger) checkUpdates(found []Violation) []Violation {
	if !g.level.repeats() {
		return found
	}
	type version struct{ list, length int32 }
	first := map[version]int32{}
	for t := range g.txns {
		if g.txns[t].fate != committed {
			continue
		}
		for l, s := range g.updates(int32(t)) {
			if g.lists[l].broken {
				continue
			}
			v := version{l, int32(len(s.read))}
			other, taken := first[v]
			if !taken {
				first[v] = int32(t)
				continue
			}
			g.lists[l].broken = true
			found = addFirst(found, *g.violation("lost update", []int32{other, int32(t)}, fmt.Sprintf(
				"%s and %s both read %s and both appended to it: one of them has overwritten what the other did",
				g.title(other), g.title(int32(t)), g.showRead(s))))
		}
	}
	return found
}

// updates yields, in order of the appends, the lists that a transaction read before it appended to them, each with its
// first read of that list.
func (g *ledger) updates(t int32) func(yield func(int32, *micro) bool) {
	steps := g.txns[t].steps
	return func(yield func(int32, *micro) bool) {
		for i := range steps {
			if !steps[i].appends() {
				continue
			}
			before := slices.IndexFunc(steps[:i], func(s micro) bool { return s.list == steps[i].list })
			if before < 0 || steps[before].appends() || slices.ContainsFunc(steps[before:i], func(s micro) bool {
				return s.list == steps[i].list && s.appends()
			}) {
				continue
			}
			if !yield(steps[i].list, &steps[before]) {
				return
			}
		}
	}
}
