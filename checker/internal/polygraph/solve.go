package polygraph

import (
	"cmp"
	"math/bits"
	"slices"
)

// wordsMax bounds the memory of a search, in words of 8 bytes.
const wordsMax = 1 << 24

// Solve looks for a side of every choice such that all arcs together have no cycle.
func (p *Problem) Solve() Answer {
	order, ok := p.Order(func(a, b int32) bool { return a < b })
	if !ok {
		return Answer{Outcome: Impossible, Stuck: -1}
	}
	s := &solver{problem: p, budget: p.Budget}
	if !s.prepare(order) {
		return Answer{Outcome: Undecided, Stuck: -2, Spent: p.Budget - s.budget}
	}
	answer := Answer{Outcome: Possible, Stuck: -2}
	stuck := s.saturate(&answer.Certain)
	switch {
	case s.budget < 0:
		answer.Outcome = Undecided
	case stuck >= 0:
		answer.Outcome, answer.Stuck = Impossible, stuck
	default:
		answer.Outcome = s.search()
	}
	answer.Spent = p.Budget - s.budget
	return answer
}

// solver is a search. It knows only the nodes that occur in choices, and which of them come before which.
type solver struct {
	problem *Problem
	budget  int
	number  []int32 // by node: its number among the nodes of choices, or -1
	count   int
	words   int      // in a row
	after   []uint64 // by number, a row of bits: the numbers that come after it
	trail   []change // what was changed, to undo it
	open    []int32  // all choices, the undecided ones first
	decided int      // how many choices, at the end of open, are decided
}

type change struct {
	at  int32
	old uint64
}

// prepare computes, from the arcs of the problem, which nodes of choices come after which others. It returns false if
// that would take too much work or memory.
func (s *solver) prepare(order []int32) bool {
	p := s.problem
	s.number = slices.Repeat([]int32{-1}, p.Nodes)
	for c := range p.Choices {
		s.open = append(s.open, int32(c))
		for _, side := range p.Choices[c] {
			for _, a := range side {
				s.enter(a.From)
				s.enter(a.To)
			}
		}
	}
	s.words = (s.count + 63) / 64
	if s.budget -= p.Nodes + len(p.Arcs)*s.words; s.budget < 0 || p.Nodes*s.words > wordsMax {
		return false
	}
	out, _ := p.adjacency()
	all := make([]uint64, p.Nodes*s.words)
	row := func(node int32) []uint64 { return all[int(node)*s.words : (int(node)+1)*s.words] }
	for _, node := range slices.Backward(order) {
		for _, to := range out.of(node) {
			join(row(node), row(to))
			if n := s.number[to]; n >= 0 {
				row(node)[n/64] |= 1 << (n % 64)
			}
		}
	}
	s.after = make([]uint64, s.count*s.words)
	for node, n := range s.number {
		if n >= 0 {
			copy(s.row(n), row(int32(node)))
		}
	}
	return true
}

func (s *solver) enter(node int32) {
	if s.number[node] < 0 {
		s.number[node] = int32(s.count)
		s.count++
	}
}

func join(into, from []uint64) {
	for i, w := range from {
		into[i] |= w
	}
}

func (s *solver) row(n int32) []uint64 { return s.after[int(n)*s.words : (int(n)+1)*s.words] }

// before reports whether one node is known to come before another, given their numbers.
func (s *solver) before(a, b int32) bool { return s.after[int(a)*s.words+int(b/64)]>>(b%64)&1 == 1 }

// possible reports whether none of the arcs closes a cycle by itself; implied reports whether all of them are known
// already.
func (s *solver) possible(side []Arc) (possible, implied bool) {
	implied = true
	for _, a := range side {
		from, to := s.number[a.From], s.number[a.To]
		if from == to || s.before(to, from) {
			return false, false
		}
		implied = implied && s.before(from, to)
	}
	return true, implied
}

// add adds arcs. It returns false if they close a cycle, in which case it may have added some of them.
func (s *solver) add(side []Arc) bool {
	for _, a := range side {
		from, to := s.number[a.From], s.number[a.To]
		switch {
		case from == to || s.before(to, from):
			return false
		case s.before(from, to):
			continue
		}
		s.budget -= s.count
		for n := range int32(s.count) {
			if n == from || s.before(n, from) {
				s.extend(n, to)
			}
		}
	}
	return true
}

// extend adds a number, and all that come after it, to a row.
func (s *solver) extend(n, to int32) {
	base, more := int(n)*s.words, s.row(to)
	for i := range s.words {
		w := more[i]
		if i == int(to/64) {
			w |= 1 << (to % 64)
		}
		if old := s.after[base+i]; old|w != old {
			s.trail = append(s.trail, change{int32(base + i), old})
			s.after[base+i] = old | w
		}
	}
}

// undo takes back all changes after the first keep ones.
func (s *solver) undo(keep int) {
	for _, c := range slices.Backward(s.trail[keep:]) {
		s.after[c.at] = c.old
	}
	s.trail = s.trail[:keep]
}

// undecided returns the choices without a side.
func (s *solver) undecided() []int32 { return s.open[:len(s.open)-s.decided] }

// decide removes a choice from the undecided ones, given its position among them.
func (s *solver) decide(i int) {
	s.decided++
	last := len(s.open) - s.decided
	s.open[i], s.open[last] = s.open[last], s.open[i]
}

// saturate picks the side of every choice that has only one possible side, until nothing more follows. It appends the
// arcs of these sides to certain, unless that is nil. It returns a choice without a possible side, or -1.
func (s *solver) saturate(certain *[]Arc) int {
	for again := true; again && s.budget >= 0; {
		again = false
		if s.problem.Stopped != nil && s.problem.Stopped() {
			s.budget = -1
		}
		for i := 0; i < len(s.undecided()) && s.budget >= 0; {
			s.budget--
			c := s.open[i]
			sides := &s.problem.Choices[c]
			first, done := s.possible(sides[0])
			second, alsoDone := s.possible(sides[1])
			side := sides[0]
			switch {
			case done || alsoDone:
				s.decide(i)
				continue
			case !first && !second:
				return int(c)
			case first && second:
				i++
				continue
			case second:
				side = sides[1]
			}
			if !s.add(side) {
				return int(c)
			}
			if certain != nil {
				*certain = append(*certain, side...)
			}
			s.decide(i)
			again = true
		}
	}
	return -1
}

// search guesses sides until every undecided choice has a side that fits one order of the nodes.
func (s *solver) search() Outcome {
	c, first := s.hardest()
	if c < 0 {
		return Possible
	}
	mark, decided := len(s.trail), s.decided
	for _, side := range [2]int{first, 1 - first} {
		if s.budget < 0 {
			return Undecided
		}
		if s.add(s.problem.Choices[c][side]) && s.saturate(nil) < 0 {
			if s.budget < 0 {
				return Undecided
			}
			if found := s.search(); found != Impossible {
				return found
			}
		}
		s.undo(mark)
		s.decided = decided
	}
	if s.budget < 0 {
		return Undecided
	}
	return Impossible
}

// hardest takes an order of the nodes that fits everything known (see extension), and returns an undecided choice neither
// side of which fits that order, with the side that comes closer. It returns -1 if there is none; then the order is an
// answer.
func (s *solver) hardest() (c int32, side int) {
	s.budget -= s.count + len(s.undecided())
	place := s.extension()
	backwards := func(side []Arc) (n int) {
		for _, a := range side {
			if place[s.number[a.From]] > place[s.number[a.To]] {
				n++
			}
		}
		return n
	}
	for _, c := range s.undecided() {
		a, b := backwards(s.problem.Choices[c][0]), backwards(s.problem.Choices[c][1])
		if a > 0 && b > 0 {
			if a <= b {
				return c, 0
			}
			return c, 1
		}
	}
	return -1, 0
}

// extension returns the place of every node in an order that fits everything known. It sorts nodes by how many others
// come after them: if a comes before b, then everything after b is also after a, so a has more.
func (s *solver) extension() []int32 {
	size := make([]int, s.count)
	order := make([]int32, s.count)
	for n := range int32(s.count) {
		order[n] = n
		for _, w := range s.row(n) {
			size[n] += bits.OnesCount64(w)
		}
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(cmp.Compare(size[b], size[a]), cmp.Compare(a, b)) })
	place := make([]int32, s.count)
	for i, n := range order {
		place[n] = int32(i)
	}
	return place
}
