package checker

import (
	"cmp"
	"context"
	"slices"

	"github.com/lightningdb/lightning-torture/checker/internal/polygraph"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// sourcing is a search for who wrote what each read saw, together with an order that fits.
type sourcing struct {
	*registers
	ctx       context.Context
	budget    int
	searching bool                  // for sources, so what is judged is one of many possibilities
	tried     int                   // possibilities that were ruled out
	crowded   bool                  // some key had too many pairs of writers for a search
	refuted   map[ambiguous][]int32 // sources that are ruled out whatever else is chosen
	done      []txnFate             // by transaction, what became of it in the current possibility
	source    [][]int32             // by transaction and read, who wrote what it saw; or unknown
	ambiguous []ambiguous           // the reads of committed transactions that have several possible sources
	readers   []readersOf           // by key
}

type ambiguous struct{ txn, read int32 }

// unknown is the source of a read that is left out of the judgement.
const unknown = int32(-2)

// begin sets the source of every read that has only one, and collects the other reads.
func (s *sourcing) begin() {
	s.done, s.source, s.ambiguous = make([]txnFate, len(s.txns)), make([][]int32, len(s.txns)), nil
	for t := range s.txns {
		s.done[t] = s.txns[t].fate
		s.source[t] = slices.Repeat([]int32{unknown}, len(s.txns[t].reads))
	}
	for t := range s.txns {
		if s.done[t] == committed {
			s.enter(int32(t))
		}
	}
}

// enter sets the sources of a transaction that has committed.
func (s *sourcing) enter(t int32) {
	for i := range s.txns[t].reads {
		switch sources := s.txns[t].reads[i].sources; len(sources) {
		case 0: // an open transaction is assumed to have committed, but nobody can have written what it read
			s.ambiguous = append(s.ambiguous, ambiguous{t, int32(i)})
		case 1:
			s.source[t][i] = sources[0]
			if sources[0] != atFirst && s.done[sources[0]] == open {
				s.done[sources[0]] = committed
				s.enter(sources[0])
			}
		default:
			s.ambiguous = append(s.ambiguous, ambiguous{t, int32(i)})
		}
	}
}

// certain judges by the reads that have only one source. It goes level by level, so that a violation is named after
// the weakest level that forbids it. If there are no other reads, the outcome is the verdict.
func (s *sourcing) certain() (polygraph.Outcome, *Violation) {
	s.begin()
	var outcome polygraph.Outcome
	for _, level := range weakerThan(s.level) {
		var why dilemma
		if outcome, why = s.judge(level); outcome != polygraph.Impossible {
			continue
		}
		if why.first == nil {
			return outcome, s.accuseAll(level, 1)
		}
		return outcome, s.accuse(why)
	}
	return outcome, nil
}

// weakerThan returns the levels that a level implies, including itself, weakest first.
func weakerThan(level Level) []Level {
	all := []Level{ReadCommitted, MonotonicAtomicView, SnapshotIsolation, Serializable, StrictSerializable}
	if level == RepeatableRead {
		return []Level{ReadCommitted, MonotonicAtomicView, RepeatableRead}
	}
	return all[:slices.Index(all, level)+1]
}

// search tries all sources of the ambiguous reads, the likeliest first.
func (s *sourcing) search() polygraph.Outcome {
	s.begin()
	s.searching = true
	s.refute()
	return s.try(0)
}

// refute judges every source of every ambiguous read on its own, and then sorts the reads so that the search begins
// with those that have the fewest sources left. That way a contradiction to what is certain is found once, and not
// again for each choice of the other reads.
func (s *sourcing) refute() {
	s.refuted = make(map[ambiguous][]int32)
	for _, a := range slices.Clone(s.ambiguous) {
		for _, w := range s.likely(a) {
			if s.budget < 0 || s.ctx.Err() != nil {
				return
			}
			undo := s.choose(a, w)
			if outcome, _ := s.judge(s.level); outcome == polygraph.Impossible {
				s.refuted[a] = append(s.refuted[a], w)
				s.tried++
			}
			undo()
		}
	}
	left := make(map[ambiguous]int)
	for _, a := range s.ambiguous {
		left[a] = len(s.likely(a))
	}
	slices.SortStableFunc(s.ambiguous, func(a, b ambiguous) int { return cmp.Compare(left[a], left[b]) })
}

// try tries all sources of the ambiguous reads from a position on. After each choice it judges what has been chosen so
// far, leaving out the reads that are still to come. Those could only add contradictions, so if no order explains the
// choices made so far, none of the remaining sources has to be tried.
func (s *sourcing) try(at int) polygraph.Outcome {
	a := s.ambiguous[at]
	for _, w := range s.likely(a) {
		if s.budget < 0 || s.ctx.Err() != nil {
			return polygraph.Undecided
		}
		undo := s.choose(a, w)
		found, _ := s.judge(s.level)
		switch {
		case found == polygraph.Impossible:
			s.tried++
		case at+1 < len(s.ambiguous):
			found = s.try(at + 1)
		}
		if found != polygraph.Impossible {
			return found
		}
		undo()
	}
	return polygraph.Impossible
}

// choose sets the source of a read, and returns a function that undoes it.
func (s *sourcing) choose(a ambiguous, w int32) (undo func()) {
	count := len(s.ambiguous)
	was := s.source[a.txn][a.read]
	s.source[a.txn][a.read] = w
	if w == atFirst || s.done[w] != open {
		return func() { s.source[a.txn][a.read] = was }
	}
	done := slices.Clone(s.done)
	s.done[w] = committed
	s.enter(w)
	return func() {
		for t := range done { // transactions that committed because of the choice lose their sources
			if done[t] != s.done[t] {
				s.source[t] = slices.Repeat([]int32{unknown}, len(s.txns[t].reads))
			}
		}
		s.done, s.ambiguous = done, s.ambiguous[:count]
		s.source[a.txn][a.read] = was
	}
}

// likely returns the sources of a read, beginning with those that were answered last before the reader was.
func (s *sourcing) likely(a ambiguous) []int32 {
	reader := s.txns[a.txn].op
	sources := slices.DeleteFunc(slices.Clone(s.txns[a.txn].reads[a.read].sources), func(w int32) bool {
		return slices.Contains(s.refuted[a], w) || w != atFirst && s.done[w] == open && s.checkInternal(w) != nil
	})
	if s.level == StrictSerializable && reader.Outcome == history.Acked {
		sources = slices.DeleteFunc(sources, func(w int32) bool { return w != atFirst && s.txns[w].op.Call > reader.Return })
	}
	rank := func(w int32) (late int, done history.Tick) {
		switch {
		case w == atFirst:
			return 0, 0
		case s.txns[w].op.Call > reader.Return:
			return 2, s.txns[w].op.Call
		case s.txns[w].op.Outcome != history.Acked:
			return 1, s.txns[w].op.Call
		}
		return 0, s.txns[w].op.Return
	}
	slices.SortStableFunc(sources, func(a, b int32) int {
		lateA, doneA := rank(a)
		lateB, doneB := rank(b)
		return cmp.Or(cmp.Compare(lateA, lateB), cmp.Compare(doneB, doneA))
	})
	return sources
}
