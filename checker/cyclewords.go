package checker

import (
	"fmt"
	"slices"
	"strings"
)

// class returns Adya's name for a cycle.
func (c cycle) class() string {
	var count [self]int
	adjacent := false
	for i, e := range c {
		count[e.why]++
		adjacent = adjacent || e.why == rw && c[(i+1)%len(c)].why == rw
	}
	var class string
	switch {
	case count[rw] > 1 && adjacent:
		class = "G2-item"
	case count[rw] > 1:
		class = "G-nonadjacent"
	case count[rw] == 1:
		class = "G-single"
	case count[wr] > 0:
		class = "G1c"
	default:
		class = "G0"
	}
	if count[rt] > 0 {
		class += "-realtime"
	}
	return class
}

// plainName returns the common name of a cycle as the beginning of a sentence, or "" if it has none.
func (c cycle) plainName() string {
	switch class := c.class(); {
	case class == "G2-item" && len(c) == 2:
		return "write skew: "
	case class == "G-nonadjacent" && c.forks():
		return "long fork: "
	case class == "G-single":
		return "read skew: "
	case strings.HasPrefix(class, "G-single"):
		return "stale read: "
	}
	return ""
}

// forks reports whether two transactions each saw the write of one other and missed that of the other.
func (c cycle) forks() bool {
	return len(c) == 4 && c[0].why != c[1].why && c[1].why != c[2].why && c[2].why != c[3].why && !slices.ContainsFunc(c, func(e edge) bool {
		return e.why != wr && e.why != rw
	})
}

// accuse describes a cycle as a violation.
func (g *ledger) accuse(c cycle) Violation {
	var reasons []string
	var txns []int32
	for _, e := range c {
		reasons = append(reasons, g.because(e))
		txns = append(txns, e.from)
	}
	return *g.violation(c.class(), txns, fmt.Sprintf("%sa cycle of %d transactions, each before the next: %s",
		c.plainName(), len(c), strings.Join(reasons, "; ")))
}

// because says why one transaction came before another.
func (g *ledger) because(e edge) string {
	from, to := g.short(e.from), g.short(e.to)
	if e.why == rt {
		return fmt.Sprintf("%s was answered at tick %d and %s called at tick %d, so %s came first",
			from, g.txns[e.from].op.Return, to, g.txns[e.to].op.Call, from)
	}
	l := &g.lists[e.list]
	key, read := KeyText(l.key), l.order
	appended := g.someOf(l.unseen, e.to)
	if e.place > 0 {
		read, appended = l.order[:e.place-1], g.name(l.order[e.place-1])
	}
	switch e.why {
	case ww:
		return fmt.Sprintf("%s appended %s to %s, and %s appended %s after it", from, g.name(read[len(read)-1]), key, to, appended)
	case wr:
		return fmt.Sprintf("%s appended %s to %s, and %s read it", from, appended, key, to)
	default: // rw
		return fmt.Sprintf("%s read %s = %s, which misses %s that %s appended, so %s came first",
			from, key, g.show(read), appended, to, from)
	}
}

// someOf returns the name of the first element that a transaction appended.
func (g *ledger) someOf(elements []int32, t int32) string {
	for _, e := range elements {
		if g.own(t, e) {
			return g.name(e)
		}
	}
	return "something"
}

// violation returns a violation by some transactions, with a line of evidence for each.
func (g *ledger) violation(class string, txns []int32, sentence string) *Violation {
	v := &Violation{Class: class, Sentence: sentence}
	for _, t := range txns {
		if op := g.txns[t].op; !slices.Contains(v.Ops, op.ID) {
			v.Ops = append(v.Ops, op.ID)
			v.Evidence = append(v.Evidence, g.testify(t))
		}
	}
	v.Evidence = v.Evidence[:min(12, len(v.Evidence))]
	return v
}

// testify returns a line of evidence about a transaction, in the order of its steps.
func (g *ledger) testify(t int32) string {
	op := g.txns[t].op
	parts := []string{fmt.Sprintf("%s, called at tick %d, %s", g.title(t), op.Call, fate(op))}
	for i := range g.txns[t].steps {
		if i == 6 {
			parts = append(parts, "...")
			break
		}
		if s := &g.txns[t].steps[i]; s.appends() {
			parts = append(parts, fmt.Sprintf("appended %s to %s", g.name(s.element), KeyText(g.lists[s.list].key)))
		} else {
			parts = append(parts, "read "+g.showRead(s))
		}
	}
	return strings.Join(parts, ", ")
}

// title names a transaction in full; short gives only its number, in Adya's notation.
func (g *ledger) title(t int32) string { return name(g.txns[t].op) }
func (g *ledger) short(t int32) string { return fmt.Sprintf("T%d", g.txns[t].op.ID) }

// name shows an element without its padding.
func (g *ledger) name(e int32) string {
	text, _, _ := strings.Cut(g.elements[e].name, " ")
	return quote([]byte(text), 20)
}

func (g *ledger) showRead(s *micro) string {
	return KeyText(g.lists[s.list].key) + " = " + g.show(s.read)
}

// show shows a list, or the end of a long one.
func (g *ledger) show(elements []int32) string {
	const most = 8
	var names []string
	if len(elements) > most {
		names = append(names, "...")
	}
	for _, e := range elements[max(0, len(elements)-most):] {
		names = append(names, g.name(e))
	}
	return "[" + strings.Join(names, " ") + "]"
}
