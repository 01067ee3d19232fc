package checker

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/checker/internal/polygraph"
)

// unreadBudget bounds the work of the search for an order of appends that nobody has read.
const unreadBudget = 30_000_000

// checkUnread looks for an order of the appends that nobody has read. If two transactions appended to the same list
// and one of them reads at an earlier moment than it commits, then one had committed before the other read anything:
// the first committer wins. Where all transactions take effect at a single moment, any order that fits the rest fits
// these appends too.
func (x *graph) checkUnread(r Result, level Level) Result {
	s := strongest(level)
	if !s.use.has(rw) {
		return r
	}
	split := make([]bool, len(x.txns))
	for t := range x.txns {
		split[t] = x.txns[t].fate == committed && s.split(x, int32(t))
	}
	o := newOrders(split)
	x.chooseUnread(o)
	if len(o.sides) == 0 {
		return r
	}
	for _, e := range x.edges {
		if s.use.has(e.why) && !(s.items && e.phantom) {
			o.add(e)
		}
	}
	if o.fits(func(c int) int { return x.answeredFirst(o.sides[c][0][0]) }) {
		return r
	}
	switch answer, why := o.solve(unreadBudget); answer.Outcome {
	case polygraph.Possible:
		return r
	case polygraph.Undecided:
		return r.unclear("the search for an order of %d pairs of appends that nobody read was given up after %d steps",
			len(o.sides), answer.Spent)
	default:
		return r.fail(x.accuseUnread(why, len(o.sides)))
	}
}

// answeredFirst returns 0 if the transaction from which a relation starts was answered first, otherwise 1.
func (x *graph) answeredFirst(e edge) int {
	if x.txns[e.from].op.Return <= x.txns[e.to].op.Return {
		return 0
	}
	return 1
}

// chooseUnread adds a choice for any two transactions that appended to the same list something that nobody read: one
// of them came first.
func (x *graph) chooseUnread(o *orders) {
	for l := range x.lists {
		var writers []int32
		if x.lists[l].broken {
			continue
		}
		for _, e := range x.lists[l].unseen {
			writers = append(writers, x.elements[e].writer)
		}
		slices.Sort(writers)
		writers = slices.Compact(writers)
		for i, w := range writers {
			for _, v := range writers[:i] {
				if o.split[w] || o.split[v] {
					o.choose(side{{from: v, to: w, list: int32(l), why: ww}}, side{{from: w, to: v, list: int32(l), why: ww}})
				}
			}
		}
	}
}

func (x *graph) accuseUnread(why dilemma, pairs int) Violation {
	if why.first == nil || why.second == nil {
		return Violation{Class: "first committer wins", Sentence: fmt.Sprintf("the transactions that appended to one list without "+
			"having read each other's appends cannot be put in an order: none of the orders of %d such pairs is possible", pairs)}
	}
	var txns []int32
	say := func(c cycle) string {
		var reasons []string
		for _, e := range c[1:] {
			reasons, txns = append(reasons, x.becauseUnread(e)), append(txns, e.from)
		}
		return strings.Join(reasons, "; ")
	}
	e := why.first[0]
	txns = append(txns, e.from, e.to)
	sentence := fmt.Sprintf("%s and %s both appended to %s, so one of them committed before the other began; but it was not %s, "+
		"as %s; and it was not %s, as %s", x.title(e.from), x.title(e.to), KeyText(x.lists[e.list].key),
		x.short(e.from), say(why.first), x.short(e.to), say(why.second))
	return *x.violation("first committer wins", txns, sentence)
}

// becauseUnread says why one transaction came before another. It also covers two appends that nobody read.
func (x *graph) becauseUnread(e edge) string {
	if e.why != ww || e.place > 0 {
		return x.because(e)
	}
	return fmt.Sprintf("%s appended to %s before %s", x.short(e.from), KeyText(x.lists[e.list].key), x.short(e.to))
}
