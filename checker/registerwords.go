package checker

import (
	"fmt"
	"slices"
	"strings"
)

// violation returns a violation by some transactions, with a line of evidence for each.
func (g *registers) violation(class string, txns []int32, sentence string) *Violation {
	v := &Violation{Class: class, Sentence: sentence}
	for _, t := range txns {
		if op := g.txns[t].op; !slices.Contains(v.Ops, op.ID) {
			v.Ops = append(v.Ops, op.ID)
			v.Evidence = append(v.Evidence, testify(op))
		}
	}
	v.Evidence = v.Evidence[:min(12, len(v.Evidence))]
	return v
}

func (g *registers) title(t int32) string { return name(g.txns[t].op) }
func (g *registers) short(t int32) string { return fmt.Sprintf("T%d", g.txns[t].op.ID) }

// show says what a key holds: "x = 5".
func (g *registers) show(v int32) string {
	return KeyText(g.keys[g.versions[v].key]) + " = " + g.valueOf(v)
}

func (g *registers) valueOf(v int32) string {
	if g.versions[v].absent {
		return "nothing"
	}
	return ValueText(g.versions[v].value)
}

// accuse says why there is no order.
func (g *registers) accuse(why dilemma) *Violation {
	var txns []int32
	say := func(c cycle) string {
		var reasons []string
		for _, e := range c {
			reasons, txns = append(reasons, g.because(e)), append(txns, e.from)
		}
		return strings.Join(reasons, "; ")
	}
	if why.second == nil {
		sentence := say(why.first)
		return g.violation(why.first.class(), txns, fmt.Sprintf("%sa cycle of %d transactions, each before the next: %s",
			why.first.plainName(), len(why.first), sentence))
	}
	e := why.first[0]
	first, second := say(why.first), say(why.second)
	return g.violation(why.first.class(), txns, fmt.Sprintf("%s and %s both wrote %s, and neither can have been first. If %s was, "+
		"there is a cycle, each before the next: %s. If %s was: %s", g.title(e.from), g.title(e.to),
		KeyText(g.keys[e.list]), g.short(e.from), first, g.short(e.to), second))
}

// because says why one transaction came before another. The place of a relation is a version here.
func (g *registers) because(e edge) string {
	from, to := g.short(e.from), g.short(e.to)
	switch e.why {
	case rt:
		return fmt.Sprintf("%s was answered at tick %d and %s called at tick %d, so %s came first",
			from, g.txns[e.from].op.Return, to, g.txns[e.to].op.Call, from)
	case wr:
		return fmt.Sprintf("%s wrote %s, and %s read it", from, g.show(e.place), to)
	case rw:
		return fmt.Sprintf("%s read %s, which %s overwrote", from, g.show(e.place), to)
	default:
		return fmt.Sprintf("%s wrote %s before %s did", from, KeyText(g.keys[e.list]), to)
	}
}

// accuseAll says that no order is possible, for cases without a shorter explanation.
func (g *registers) accuseAll(level Level, tried int) *Violation {
	var txns []int32
	for t := range g.txns {
		if g.txns[t].fate == committed && len(g.txns[t].reads)+len(g.txns[t].writes) > 0 {
			txns = append(txns, int32(t))
		}
	}
	which := ""
	if tried > 1 {
		which = fmt.Sprintf(", whichever of the writers of one value each of them saw (%d possibilities were tried)", tried)
	}
	return g.violation("no order", txns, fmt.Sprintf("no order of %d transactions explains what they read at the level %s%s",
		len(txns), level, which))
}
