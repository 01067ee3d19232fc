package checker

import (
	"slices"

	"github.com/lightningdb/lightning-torture/checker/internal/polygraph"
)

// orders is a graph of transactions in which, for some pairs, it is not known who came first. Its nodes are those of a
// network.
type orders struct {
	split   []bool // by transaction
	problem polygraph.Problem
	reasons []edge    // by arc of the problem, the relation that it stands for
	sides   [][2]side // by choice
}

// side is one of two possibilities: a relation between two transactions, and the relations that follow from it.
type side []edge

func newOrders(split []bool) *orders {
	o := &orders{split: split, problem: polygraph.Problem{Nodes: 2 * len(split)}}
	for t, s := range split {
		if s {
			o.put(polygraph.Arc{From: o.reading(int32(t)), To: o.committing(int32(t))}, edge{from: int32(t), to: int32(t), why: self})
		}
	}
	return o
}

func (o *orders) committing(t int32) int32 { return 2 * t }

func (o *orders) reading(t int32) int32 {
	if o.split[t] {
		return 2*t + 1
	}
	return 2 * t
}

func (o *orders) put(a polygraph.Arc, why edge) {
	o.problem.Arcs, o.reasons = append(o.problem.Arcs, a), append(o.reasons, why)
}

// arc returns the arc of a relation; see network.
func (o *orders) arc(e edge) polygraph.Arc {
	if e.why == rw {
		return polygraph.Arc{From: o.reading(e.from), To: o.committing(e.to)}
	}
	return polygraph.Arc{From: o.committing(e.from), To: o.reading(e.to)}
}

// add adds a relation that certainly holds.
func (o *orders) add(e edge) {
	if e.from != e.to {
		o.put(o.arc(e), e)
	}
}

// choose adds that one of two sides holds.
func (o *orders) choose(a, b side) {
	o.sides = append(o.sides, [2]side{a, b})
	o.problem.Choices = append(o.problem.Choices, polygraph.Choice{o.arcs(a), o.arcs(b)})
}

func (o *orders) arcs(s side) []polygraph.Arc {
	all := make([]polygraph.Arc, len(s))
	for i, e := range s {
		all[i] = o.arc(e)
	}
	return all
}

// fits reports whether an order exists if guess picks the right side of each choice.
func (o *orders) fits(guess func(choice int) int) bool {
	all := polygraph.Problem{Nodes: o.problem.Nodes, Arcs: append([]polygraph.Arc(nil), o.problem.Arcs...)}
	for c := range o.problem.Choices {
		all.Arcs = append(all.Arcs, o.problem.Choices[c][guess(c)]...)
	}
	_, ok := all.Order(func(a, b int32) bool { return a < b })
	return ok
}

// dilemma explains why there is no order: both sides of some choice close a cycle. If the relations that are certain
// already have a cycle, first is that cycle and second is nil.
type dilemma struct{ first, second cycle }

// solve looks for an order within the given budget. If there is none, it also returns why, provided that can be said
// briefly.
func (o *orders) solve(budget int) (answer polygraph.Answer, why dilemma) {
	o.problem.Budget = budget
	answer = o.problem.Solve()
	if answer.Outcome != polygraph.Impossible || answer.Stuck == -2 {
		return answer, dilemma{}
	}
	p := o.proofOf(answer.Certain)
	if answer.Stuck == -1 {
		return answer, dilemma{first: p.anyCycle()}
	}
	s := o.sides[answer.Stuck]
	return answer, dilemma{p.close(s[0]), p.close(s[1])}
}

// proof is the relations that are certain, in the order in which they were derived.
type proof struct {
	*orders
	arcs    []polygraph.Arc
	reasons []edge
	out     map[int32][]int32 // by node, the relations that start there
	looks   int               // the number of relations looked at
}

// proofOf returns the relations of the problem together with those derived from them.
func (o *orders) proofOf(certain []polygraph.Arc) *proof {
	p := &proof{orders: o, out: map[int32][]int32{}}
	for i, a := range o.problem.Arcs {
		p.put(a, o.reasons[i])
	}
	reasons := make(map[polygraph.Arc]edge)
	for _, sides := range o.sides {
		for _, s := range sides {
			for _, e := range s {
				reasons[o.arc(e)] = e
			}
		}
	}
	for _, a := range certain {
		p.put(a, reasons[a])
	}
	return p
}

func (p *proof) put(a polygraph.Arc, why edge) {
	p.out[a.From] = append(p.out[a.From], int32(len(p.arcs)))
	p.arcs, p.reasons = append(p.arcs, a), append(p.reasons, why)
}

// close returns a short cycle that consists of certain relations and one or more relations of a side.
func (p *proof) close(s side) cycle {
	var best cycle
	for _, e := range s {
		if c := p.around(p.arc(e), e); c != nil && (best == nil || len(c) < len(best)) {
			best = c
		}
		p.put(p.arc(e), e) // a later relation may close a cycle only together with this one
	}
	return best
}

// around returns the shortest cycle through a relation, which need not itself be certain.
func (p *proof) around(a polygraph.Arc, why edge) cycle {
	via := map[int32]int32{a.To: -1}
	for queue := []int32{a.To}; len(queue) > 0; queue = queue[1:] {
		if queue[0] != a.From {
			p.looks += len(p.out[queue[0]])
			for _, i := range p.out[queue[0]] {
				if _, seen := via[p.arcs[i].To]; !seen {
					via[p.arcs[i].To] = i
					queue = append(queue, p.arcs[i].To)
				}
			}
			continue
		}
		c := cycle{}
		for i := via[a.From]; i >= 0; i = via[p.arcs[i].From] {
			if p.reasons[i].why != self {
				c = append(c, p.reasons[i])
			}
		}
		c = append(c, why)
		slices.Reverse(c)
		return c
	}
	return nil
}

// anyCycle returns a short cycle of certain relations. It is the shortest, unless there are too many relations to look
// at.
func (p *proof) anyCycle() cycle {
	p.keep((&polygraph.Problem{Nodes: p.problem.Nodes, Arcs: p.arcs}).Core())
	var best cycle
	p.looks = 0
	for i, why := range p.reasons {
		if why.why == self {
			continue
		}
		if c := p.around(p.arcs[i], why); c != nil && (best == nil || len(c) < len(best)) {
			best = c
		}
		if best != nil && p.looks > shortestLooks {
			break
		}
	}
	return best
}

// keep drops all relations except those between the given nodes.
func (p *proof) keep(nodes []bool) {
	arcs, reasons := p.arcs, p.reasons
	p.arcs, p.reasons, p.out = nil, nil, map[int32][]int32{}
	for i, a := range arcs {
		if nodes[a.From] && nodes[a.To] {
			p.put(a, reasons[i])
		}
	}
}
