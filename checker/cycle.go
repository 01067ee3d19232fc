package checker

import (
	"math"
	"slices"
)

// cycle is edges of which each begins where the one before ends, and the first where the last ends.
type cycle []edge

// stage is one look for cycles: with which relations, and which transactions have two nodes.
type stage struct {
	use    relations
	split  func(x *graph, t int32) bool
	items  bool // without what scans did not find
	levels []Level
}

var (
	seen   = ww.only().with(wr)
	missed = seen.with(rw)
	always = func(*graph, int32) bool { return true }
	never  = func(*graph, int32) bool { return false }
	// stages are ordered so that a cycle of an earlier one is the worse anomaly. Each contains the edges of those before.
	// stages are ordered so that a cycle of an earlier one is the worse anomaly. Of those that a level forbids, each contains
	// the edges of those before.
	stages = []stage{
		{use: ww.only(), split: never, levels: []Level{
			ReadUncommitted, ReadCommitted, MonotonicAtomicView, RepeatableRead, SnapshotIsolation, Serializable, StrictSerializable,
		}},
		{use: seen, split: never, levels: []Level{
			ReadCommitted, MonotonicAtomicView, RepeatableRead, SnapshotIsolation, Serializable, StrictSerializable,
		}},
		{use: missed, split: always, items: true, levels: []Level{RepeatableRead}},
		{use: missed, split: (*graph).skewed, items: true, levels: []Level{RepeatableRead}},
		{use: missed, split: always, levels: []Level{SnapshotIsolation, Serializable, StrictSerializable}},
		{use: missed, split: (*graph).skewed, levels: []Level{Serializable, StrictSerializable}},
		{use: missed.with(rt), split: always, levels: []Level{StrictSerializable}},
		{use: missed.with(rt), split: (*graph).skewed, levels: []Level{StrictSerializable}},
	}
)

// anomaly returns the shortest cycle of the first stage that has one and that the level forbids, or nil. The last of
// these stages has a cycle if any has, so that a good history is looked at once.
func (x *graph) anomaly(level Level) cycle {
	last := x.forwards(strongest(level))
	cyclic := last.components()
	if len(cyclic) == 0 {
		return nil
	}
	for _, s := range forbidden(level) {
		n := x.forwards(s)
		if earlier := n.components(); len(earlier) > 0 {
			return n.shortest(earlier)
		}
	}
	return last.shortest(cyclic)
}

// forbidden returns the stages that a level forbids.
func forbidden(level Level) []stage {
	return slices.DeleteFunc(slices.Clone(stages), func(s stage) bool { return !slices.Contains(s.levels, level) })
}

// strongest returns the stage that contains all others that a level forbids.
func strongest(level Level) stage {
	at := stages[0]
	for _, s := range forbidden(level) {
		at = s
	}
	return at
}

// committedFirst is the strongest stage with every transaction in two: who missed an append read before it was committed, and
// may have committed after it.
func committedFirst(level Level) stage {
	s := strongest(level)
	s.split = always
	return s
}

// shortestLooks is how many edges the search for the shortest cycle looks at. In a history with so many cycles that this
// is not enough, it returns the shortest that it has found.
const shortestLooks = 50_000_000

// shortest returns a cycle of the fewest transactions: breadth first from every node that is on one, and never further
// than the best so far.
func (n *network) shortest(components [][]int32) cycle {
	count := len(n.start) - 1
	s := &breadth{network: n, member: make([]int32, count), seen: make([]int32, count), via: make([]step32, count)}
	best := math.MaxInt
	var found cycle
	for c, nodes := range components {
		for _, node := range nodes {
			s.member[node] = int32(c) + 1
		}
		slices.Sort(nodes)
	}
	for _, nodes := range components {
		for _, node := range nodes {
			if s.looks > shortestLooks && found != nil {
				return found
			}
			if c := s.from(node, best-1); c != nil {
				best, found = len(c), c
			}
		}
	}
	return found
}

// breadth is a search for a way from a node to itself.
type breadth struct {
	*network
	member []int32 // by node, its component
	seen   []int32 // by node, the last search that came there
	via    []step32
	round  int32
	looks  int
}

// step32 is how a search came to a node.
type step32 struct{ node, edge int32 }

// from returns the shortest cycle through a node with at most so many edges, or nil. The way from the reading of a
// transaction to its commit counts for nothing.
func (s *breadth) from(root int32, most int) cycle {
	s.round++
	s.seen[root] = s.round
	now := s.along(nil, root)
	for depth := 1; len(now) > 0 && depth <= most; depth++ {
		var next []int32
		for _, node := range now {
			for _, e := range s.out(node) {
				to := s.target(node, e)
				s.looks++
				if e == selfEdge || s.member[to] != s.member[root] {
					continue
				}
				if s.reaches(to, root) {
					return s.path(root, step32{node, e})
				}
				if s.seen[to] != s.round {
					s.seen[to], s.via[to] = s.round, step32{node, e}
					next = s.along(next, to)
				}
			}
		}
		now = next
	}
	return nil
}

// reaches reports whether node is root, or reads where root commits.
func (s *breadth) reaches(node, root int32) bool {
	return node == root || node/2 == root/2 && root == s.committing(root/2)
}

// along adds a node to those to go on from, and, if it reads, the node that commits.
func (s *breadth) along(nodes []int32, node int32) []int32 {
	nodes = append(nodes, node)
	t := node / 2
	if c := s.committing(t); c != node && s.seen[c] != s.round {
		s.seen[c], s.via[c] = s.round, step32{node, selfEdge}
		nodes = append(nodes, c)
	}
	return nodes
}

// path returns the edges from root to the last step.
func (s *breadth) path(root int32, last step32) cycle {
	var c cycle
	for at := last; ; at = s.via[at.node] {
		if at.edge != selfEdge {
			c = append(c, s.graph.edges[at.edge])
		}
		if at.node == root {
			break
		}
	}
	slices.Reverse(c)
	return c
}
