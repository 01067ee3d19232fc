package checker

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Sequence judges recovered states by the order of commits that the store revealed: a state must be exactly what the
// first n commits leave, for some n. Where commits overlapped it is sharper than [Durability], which cannot know the
// order in which they took effect. It is safe for concurrent use.
type Sequence struct {
	*index
	order []int32  // the commits that have a place, in order
	place []int    // by commit, counted from 1; 0: none
	turns [][]turn // by entry, in order
}

// turn is a change of one key: from this place on, the key shows what the writer wrote.
type turn struct {
	place  int
	writer int32
}

// NewSequence indexes a history that began with the store in the initial state; nil means empty. It returns false if
// no commit of the history has a place in an order. It also returns false if a store that was reopened after an error
// gave the place of an open commit to another one, because then it depends on the crash which of the two has it.
func NewSequence(ops []history.Op, initial *history.State) (*Sequence, bool) {
	s := &Sequence{index: newIndex(ops, initial)}
	for c := range s.commits {
		if op := s.commits[c].op; op.Seq > 0 {
			s.order = append(s.order, int32(c))
		} else if s.reason == "" && (op.Outcome == history.Acked || op.Return == history.Never) {
			s.reason = describe(op) + " has no place in the order of commits"
		}
	}
	seq := func(c int32) uint64 { return s.commits[c].op.Seq }
	slices.SortFunc(s.order, func(a, b int32) int { return cmp.Compare(seq(a), seq(b)) })
	s.place = make([]int, len(s.commits))
	for i, c := range s.order {
		s.place[c] = i + 1
		if i == 0 || seq(s.order[i-1]) != seq(c) {
			continue
		}
		before, after := s.commits[s.order[i-1]].op, s.commits[c].op
		if before.Outcome == history.Unknown || after.Outcome == history.Unknown {
			return nil, false
		}
		if s.reason == "" {
			s.reason = fmt.Sprintf("commits #%d and #%d have the same place in the order", before.ID, after.ID)
		}
	}
	s.findTurns()
	return s, len(s.order) > 0
}

// findTurns puts the writers of every key in order. Those without a place never took effect.
func (s *Sequence) findTurns() {
	s.turns = make([][]turn, len(s.entries))
	for k := range s.entries {
		for i, w := range s.entries[k].writers {
			if p := s.place[w.commit]; p > 0 {
				s.turns[k] = append(s.turns[k], turn{p, int32(i)})
			}
		}
		slices.SortFunc(s.turns[k], func(a, b turn) int { return cmp.Compare(a.place, b.place) })
	}
}

// Judge says whether a state is what the first n commits leave, for some n that includes all commits that the lower
// bound demands at the cut and none that was called too late. The time is proportional to the sizes of the state and
// the history.
func (s *Sequence) Judge(cut history.Cut, state *history.State, lower Lower) Result {
	r := Result{Judge: "sequence", Verdict: Pass}
	if s.reason != "" {
		return r.unclear("%s", s.reason)
	}
	p := &prefix{Sequence: s, where: crashScene(cut).where, cut: cut, to: len(s.order), low: -1, high: -1}
	p.demand(lower.level())
	if v := p.enter(state); v != nil {
		return r.fail(*v)
	}
	if v := p.settle(); v != nil {
		return r.fail(*v)
	}
	return r
}
