package checker

import "fmt"

// needed is how much of a list a transaction must find from now on, because it has seen another append of the same
// writer.
type needed struct {
	place  int32 // of the writer's last element in the list; after all others if nobody has read it
	writer int32
	seen   int32 // the element that was seen
}

// checkVanished looks for transactions that see one append of another transaction and later miss a second one. Scans
// are exempt: they may miss lists.
func (g *ledger) checkVanished(found []Violation) []Violation {
	for t := range g.txns {
		if g.txns[t].fate != committed {
			continue
		}
		if v := g.vanished(int32(t)); v != nil {
			found = addFirst(found, *v)
		}
	}
	return found
}

func (g *ledger) vanished(t int32) *Violation {
	needs := map[int32]needed{}
	steps := g.txns[t].steps
	for i := range steps {
		s := &steps[i]
		if s.appends() || s.phantom() || g.lists[s.list].broken {
			continue
		}
		if n, must := needs[s.list]; must && int32(len(s.read)) < n.place {
			return g.violation("OTV", []int32{t, n.writer}, fmt.Sprintf("a transaction vanished: %s saw %s, which %s appended to %s, "+
				"and then read %s, without what that transaction appended there", g.title(t), g.name(n.seen), g.title(n.writer),
				KeyText(g.lists[g.elements[n.seen].list].key), g.showRead(s)))
		}
		if len(s.read) > 0 {
			g.need(needs, t, s.read[len(s.read)-1])
		}
	}
	return nil
}

// need records what a transaction must find once it has seen an element.
func (g *ledger) need(needs map[int32]needed, t, seen int32) {
	w := g.elements[seen].writer
	if w < 0 || w == t {
		return
	}
	for _, s := range g.txns[w].steps {
		if !s.appends() || g.lists[s.list].broken {
			continue
		}
		place := g.elements[s.element].place
		if place == 0 {
			place = int32(len(g.lists[s.list].order)) + 1
		}
		if needs[s.list].place < place {
			needs[s.list] = needed{place, w, seen}
		}
	}
}
