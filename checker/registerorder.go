package checker

import (
	"cmp"
	"slices"

	"github.com/lightningdb/lightning-torture/checker/internal/polygraph"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// pairsMax bounds the number of pairs of writers of the same key whose order is searched for.
const pairsMax = 1 << 17

// readersOf is the reads of a key, by the writer of what they saw.
type readersOf map[int32][]registerReader

type registerReader struct {
	txn, version int32
	phantom      bool
}

// judge says whether an order exists at a level, given the sources as they are set, and if not, why, provided that can
// be said briefly.
func (s *sourcing) judge(level Level) (polygraph.Outcome, dilemma) {
	s.collectReaders()
	o := newOrders(s.splits(level))
	s.addReads(o, level)
	s.budget -= len(o.problem.Arcs) + len(s.txns)
	switch {
	case level == MonotonicAtomicView:
		if why, bad := s.addSeen(o); bad {
			return polygraph.Impossible, why
		}
		return s.acyclic(o)
	case !level.repeats():
		return s.acyclic(o)
	case level == StrictSerializable:
		op := func(t int32) *history.Op { return s.txns[t].op }
		done := func(t int32) bool { return s.done[t] == committed }
		realTime(len(s.txns), op, done, func(from, to int32) { o.add(edge{from: from, to: to, list: -1, why: rt}) })
	}
	if s.likelyOrder(o) {
		return polygraph.Possible, dilemma{}
	}
	if outcome, why := s.acyclic(o); outcome == polygraph.Impossible {
		return outcome, why
	}
	if level != StrictSerializable && s.strictly() {
		return polygraph.Possible, dilemma{}
	}
	if !s.addPairs(o, level) {
		return polygraph.Undecided, dilemma{}
	}
	o.problem.Stopped = func() bool { return s.ctx.Err() != nil }
	answer, why := o.solve(s.budget)
	s.budget -= answer.Spent
	return answer.Outcome, why
}

// strictly reports whether a strict serializable order exists. Every level allows such an order, and it is usually the
// easiest to find, because real time settles the order of most writers.
func (s *sourcing) strictly() bool {
	budget := s.budget
	s.budget /= 2
	outcome, _ := s.judge(StrictSerializable)
	s.budget = budget - (budget/2 - s.budget)
	return outcome == polygraph.Possible
}

func (s *sourcing) acyclic(o *orders) (polygraph.Outcome, dilemma) {
	if _, ok := o.problem.Order(func(a, b int32) bool { return a < b }); ok {
		return polygraph.Possible, dilemma{}
	}
	if s.searching {
		return polygraph.Impossible, dilemma{} // no one needs the reason
	}
	return polygraph.Impossible, dilemma{first: o.proofOf(nil).anyCycle()}
}

func (s *sourcing) splits(level Level) []bool {
	split := make([]bool, len(s.txns))
	for t := range s.txns {
		split[t] = s.done[t] == committed && level.repeats() && (level == SnapshotIsolation || skewed(s.txns[t].op))
	}
	return split
}

// collectReaders groups the reads of committed transactions by the writer of what they saw.
func (s *sourcing) collectReaders() {
	s.readers = make([]readersOf, len(s.keys))
	for k := range s.keys {
		s.readers[k] = readersOf{}
	}
	for t := range s.txns {
		if s.done[t] != committed {
			continue
		}
		for i, r := range s.txns[t].reads {
			if w := s.source[t][i]; w != unknown {
				all := s.readers[s.versions[r.version].key]
				all[w] = append(all[w], registerReader{int32(t), r.version, r.phantom})
			}
		}
	}
}

// writersOf returns the committed transactions that wrote a key.
func (s *sourcing) writersOf(key int) []int32 {
	return slices.DeleteFunc(slices.Clone(s.writers[key]), func(w int32) bool { return s.done[w] != committed })
}

// addReads adds what follows from single reads. A transaction that saw what another one wrote came after it. One that
// saw the initial value came before all writers. One that saw what another transaction read and then overwrote came
// before that transaction.
func (s *sourcing) addReads(o *orders, level Level) {
	for k := range s.keys {
		s.addReadersOf(o, level, int32(k), atFirst)
		for _, w := range s.writers[k] {
			s.addReadersOf(o, level, int32(k), w)
		}
	}
}

func (s *sourcing) addReadersOf(o *orders, level Level, key, w int32) {
	readers := s.readers[key][w]
	var after []int32 // transactions that overwrote what w wrote
	if w == atFirst {
		after = s.writersOf(int(key))
	}
	for _, r := range readers {
		if w != atFirst {
			o.add(edge{from: w, to: r.txn, list: key, place: r.version, why: wr})
		}
		if w != atFirst && s.txns[r.txn].wrote(s.registers, key) {
			after = append(after, r.txn)
		}
	}
	if !level.repeats() {
		return
	}
	for _, r := range readers {
		if r.phantom && level == RepeatableRead {
			continue
		}
		for _, t := range after {
			o.add(edge{from: r.txn, to: t, list: key, place: r.version, why: rw})
		}
	}
}

// addSeen adds what follows from monotonic atomic view: a transaction that has seen part of another one does not later
// miss a different part. So whatever it reads in place of that part was written after it. If it reads the initial value
// there, that is a violation. Scans are exempt: they may miss keys.
func (s *sourcing) addSeen(o *orders) (why dilemma, bad bool) {
	for t := range s.txns {
		if s.done[t] != committed {
			continue
		}
		for i, r := range s.txns[t].reads {
			w, key := s.source[t][i], s.versions[r.version].key
			for j, earlier := range s.txns[t].reads[:i] {
				seen := s.source[t][j]
				if w == unknown || seen < 0 || seen == w || r.phantom || !s.txns[seen].wrote(s.registers, key) {
					continue
				}
				if w != atFirst {
					o.add(edge{from: seen, to: w, list: key, why: ww})
					continue
				}
				return dilemma{first: cycle{
					{from: seen, to: int32(t), list: s.versions[earlier.version].key, place: earlier.version, why: wr},
					{from: int32(t), to: seen, list: key, place: r.version, why: rw},
				}}, true
			}
		}
	}
	return dilemma{}, false
}

// likelyOrder reports whether the order in which the writers of each key most likely committed explains everything.
func (s *sourcing) likelyOrder(o *orders) bool {
	when := func(node int32) history.Tick {
		op := s.txns[node/2].op
		switch {
		case node%2 == 1:
			return op.Call
		case op.Outcome != history.Acked:
			return op.Call + 1
		}
		return op.Return
	}
	order, ok := o.problem.Order(func(a, b int32) bool {
		if x, y := when(a), when(b); x != y {
			return x < y
		}
		return a < b
	})
	if !ok {
		return false
	}
	arcs := s.arcsOf(order, o)
	all := polygraph.Problem{Nodes: o.problem.Nodes, Arcs: arcs}
	s.budget -= len(arcs)
	_, ok = all.Order(func(a, b int32) bool { return a < b })
	return ok
}

// arcsOf returns the certain arcs together with those that hold if the writers of each key committed in a given order of the
// nodes: each writer came before the next one, and so did whoever read its version.
func (s *sourcing) arcsOf(order []int32, o *orders) []polygraph.Arc {
	place := make([]int, o.problem.Nodes)
	for i, node := range order {
		place[node] = i
	}
	arcs := slices.Clone(o.problem.Arcs)
	add := func(e edge) {
		if e.from != e.to {
			arcs = append(arcs, o.arc(e))
		}
	}
	for k := range s.keys {
		writers := s.writersOf(k)
		slices.SortFunc(writers, func(a, b int32) int { return cmp.Compare(place[o.committing(a)], place[o.committing(b)]) })
		for i := range len(writers) - 1 {
			w, next := writers[i], writers[i+1]
			add(edge{from: w, to: next, why: ww})
			for _, r := range s.readers[k][w] {
				if !(r.phantom && s.level == RepeatableRead) {
					add(edge{from: r.txn, to: next, why: rw})
				}
			}
		}
	}
	return arcs
}

// addPairs adds a choice for any two writers of a key: one of them came first, and transactions that read its version
// missed the other's. It returns false if there are too many pairs whose order is unknown. At StrictSerializable, real
// time settles most of them.
func (s *sourcing) addPairs(o *orders, level Level) bool {
	first := func(v, w int32) bool {
		by := s.txns[v].op
		return level == StrictSerializable && by.Outcome == history.Acked && by.Return < s.txns[w].op.Call
	}
	for k := range s.keys {
		writers := s.writersOf(k)
		slices.SortFunc(writers, func(a, b int32) int { return cmp.Compare(s.txns[a].op.Call, s.txns[b].op.Call) })
		var open []int32 // writers that did not certainly come before the next one
		for i, w := range writers {
			open = slices.DeleteFunc(open, func(v int32) bool { return first(v, w) })
			if len(o.sides)+len(open) > pairsMax {
				s.crowded = true
				return false
			}
			for _, v := range open {
				o.choose(s.before(int32(k), v, w), s.before(int32(k), w, v))
			}
			open = append(open, w)
			if level == StrictSerializable {
				s.addNext(o, int32(k), w, writers[i+1:], first)
			}
		}
	}
	return true
}

// addNext adds that readers of a writer's version came before the first writers that certainly came after it. All
// later writers came after these, so nothing needs to be added for them.
func (s *sourcing) addNext(o *orders, key, w int32, later []int32, first func(v, w int32) bool) {
	if len(s.readers[key][w]) == 0 {
		return
	}
	var next []int32
	for _, v := range later {
		if slices.ContainsFunc(next, func(n int32) bool { return first(n, v) }) {
			return
		}
		if first(w, v) {
			next = append(next, v)
			for _, e := range s.before(key, w, v) {
				o.add(e)
			}
		}
	}
}

// before returns what follows if one writer of a key came before another.
func (s *sourcing) before(key, first, second int32) side {
	all := side{{from: first, to: second, list: key, why: ww}}
	for _, r := range s.readers[key][first] {
		if r.txn != second && !(r.phantom && s.level == RepeatableRead) {
			all = append(all, edge{from: r.txn, to: second, list: key, place: r.version, why: rw})
		}
	}
	return all
}
