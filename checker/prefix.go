package checker

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// prefix is a search for the number of commits that a state contains. Every key of the state bounds that number from
// both sides: it shows some commit, and does not show the next one to the same key. A key may have shown the same
// value, usually none, during several spans; see gap.
type prefix struct {
	*Sequence
	where     string
	cut       history.Cut
	needed    int // the number of commits that must be there
	from, to  int // bounds on the number, by what the keys show
	low, high int // the entries that set these bounds; -1: needed sets from, and the end of the history sets to
	gaps      []gap
}

// gap is a key that shows a value, usually none, that it had during more than one span.
type gap struct {
	entry int32
	spans []span
}

// span is an interval of numbers of commits, both ends included.
type span struct{ from, to int }

// demand sets the least number of commits that must be there, and the greatest that can be.
func (p *prefix) demand(l level) {
	for i, c := range p.order {
		if l != nobody && p.commits[c].ackedBy(p.cut.Acked, l) {
			p.needed = i + 1
		}
	}
	tooLate := slices.IndexFunc(p.order, func(c int32) bool {
		return p.commits[c].call > p.cut.Called && p.commits[c].done > p.cut.Acked
	})
	if tooLate >= 0 {
		p.to = tooLate
	}
	p.from = p.needed
}

// enter walks the state and the entries side by side, both in key order.
func (p *prefix) enter(state *history.State) *Violation {
	next := 0
	for key, value := range state.All() {
		for next < len(p.entries) && bytes.Compare(p.entries[next].key, key) < 0 {
			if v := p.absent(next); v != nil {
				return v
			}
			next++
		}
		if next == len(p.entries) || !bytes.Equal(p.entries[next].key, key) {
			return &Violation{Class: "invented", Sentence: fmt.Sprintf("%s is there %s, which nobody wrote", KeyText(key), p.where)}
		}
		if !p.shows(next, value) {
			return &Violation{Class: "invented", Sentence: fmt.Sprintf("%s shows %s %s, which no commit with a place in the order wrote",
				KeyText(key), ValueText(value), p.where)}
		}
		next++
	}
	for ; next < len(p.entries); next++ {
		if v := p.absent(next); v != nil {
			return v
		}
	}
	return nil
}

// shows bounds the number by the value of a key. It starts with the newest write, because most keys show their latest
// value.
func (p *prefix) shows(k int, value []byte) bool {
	e, turns := &p.entries[k], p.turns[k]
	var all []span
	for i, t := range slices.Backward(turns) {
		if w := &e.writers[t.writer]; !w.delete && bytes.Equal(w.value, value) {
			if all = append(all, p.between(k, i)); !e.repeats {
				break
			}
		}
	}
	if e.loaded && bytes.Equal(e.value, value) {
		all = append(all, p.between(k, -1))
	}
	slices.Reverse(all)
	p.within(k, all)
	return len(all) > 0
}

// within records that the number lies in one of the spans, which are in order.
func (p *prefix) within(k int, all []span) {
	switch len(all) {
	case 0:
	case 1:
		p.bound(k, all[0])
	default:
		p.gaps = append(p.gaps, gap{int32(k), all})
		p.bound(k, span{all[0].from, all[len(all)-1].to})
	}
}

// between returns for which numbers of commits a key shows its i-th turn. Turn -1 is the initial state.
func (p *prefix) between(k, i int) span {
	s := span{0, len(p.order)}
	if i >= 0 {
		s.from = p.turns[k][i].place
	}
	if i+1 < len(p.turns[k]) {
		s.to = p.turns[k][i+1].place - 1
	}
	return s
}

// empty returns the spans in which a key shows nothing, in order.
func (p *prefix) empty(k int) (all []span) {
	if !p.entries[k].loaded {
		all = append(all, p.between(k, -1))
	}
	for i, t := range p.turns[k] {
		if p.entries[k].writers[t.writer].delete {
			all = append(all, p.between(k, i))
		}
	}
	return all
}

func (p *prefix) absent(k int) *Violation {
	all := p.empty(k)
	if len(all) == 0 {
		return &Violation{Class: "lost", Sentence: fmt.Sprintf("%s is missing %s, although it was there from the start and nobody "+
			"deleted it", KeyText(p.entries[k].key), p.where)}
	}
	p.within(k, all)
	return nil
}

func (p *prefix) bound(k int, s span) {
	if s.from > p.from {
		p.from, p.low = s.from, k
	}
	if s.to < p.to {
		p.to, p.high = s.to, k
	}
}

// settle says why no number fits all keys. It returns nil if one does.
func (p *prefix) settle() *Violation {
	if p.from > p.to {
		return p.accuse()
	}
	if len(p.gaps) == 0 {
		return nil
	}
	fits := make([]int, p.to-p.from+2) // by number: the change in the count of gaps with a span that contains it
	repeats := false
	for _, g := range p.gaps {
		repeats = repeats || p.entries[g.entry].repeats
		for _, s := range g.spans {
			if from, to := max(s.from, p.from), min(s.to, p.to); from <= to {
				fits[from-p.from]++
				fits[to-p.from+1]--
			}
		}
	}
	sum := 0
	for _, d := range fits[:len(fits)-1] {
		if sum += d; sum == len(p.gaps) {
			return nil
		}
	}
	what := "are all the absent keys absent"
	if repeats {
		what = "do all keys show what they show"
	}
	return &Violation{
		Class: "not a prefix", Ops: p.opsOf(p.from, p.to+1),
		Sentence: fmt.Sprintf("the keys show that between %d and %d commits are there %s, in the order in which the store made them, "+
			"but after no such number of commits %s", p.from, p.to, p.where, what),
	}
}

// accuse reports that one key shows a commit, or that a commit must be there, while another key does not show an
// earlier one.
func (p *prefix) accuse() *Violation {
	if p.high < 0 {
		return p.accuseLate()
	}
	missing, later := p.commits[p.order[p.to]].op, p.commits[p.order[p.from-1]].op
	class, why := "hole", "must be there"
	if p.to < p.needed && p.commits[p.order[p.to]].ackedBy(p.cut.Acked, everyone) {
		class = "lost"
	}
	if p.low >= 0 {
		why = "is there, as " + KeyText(p.entries[p.low].key) + " shows"
	}
	v := &Violation{Class: class, Ops: []int{missing.ID}, Evidence: []string{testify(missing)}}
	if later == missing {
		v.Sentence = fmt.Sprintf("%s, number %d in the order of commits, %s; but %s %s shows that it is missing",
			describe(missing), p.from, why, KeyText(p.entries[p.high].key), p.where)
		return v
	}
	v.Ops, v.Evidence = append(v.Ops, later.ID), append(v.Evidence, testify(later))
	v.Sentence = fmt.Sprintf("%s, number %d in the order of commits, is missing %s, as %s shows; yet number %d, %s, %s",
		describe(missing), p.to+1, p.where, KeyText(p.entries[p.high].key), p.from, describe(later), why)
	return v
}

// accuseLate reports that a commit is there that had not been called.
func (p *prefix) accuseLate() *Violation {
	late := p.commits[p.order[p.to]].op
	return &Violation{
		Class: "from the future", Ops: p.opsOf(p.from, p.to+1),
		Sentence: fmt.Sprintf("%s shows %d commits %s, in the order in which the store made them, although %s, number %d, was called "+
			"only afterwards", p.shower(), p.from, p.where, describe(late), p.to+1),
	}
}

func (p *prefix) shower() string {
	if p.low < 0 {
		return "what must be there"
	}
	return KeyText(p.entries[p.low].key)
}

// opsOf returns the operation IDs of the commits with the given numbers, skipping numbers that do not exist.
func (p *prefix) opsOf(numbers ...int) (ids []int) {
	for _, n := range numbers {
		if n >= 1 && n <= len(p.order) {
			ids = append(ids, p.commits[p.order[n-1]].op.ID)
		}
	}
	return ids
}
