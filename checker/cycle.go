package checker

import (
	"math"
	"slices"
)

// cycle is a closed path: each edge begins where its predecessor ends, and the first where the last ends.
type cycle []edge

// stage is one search for cycles: which relations it follows, and which transactions have two nodes.
type stage struct {
	use    relations
	split  func(x *graph, t int32) bool
	items  bool // ignore relations that follow from what scans did not find
	levels []Level
}

var (
	seen   = ww.only().with(wr)
	missed = seen.with(rw)
	always = func(*graph, int32) bool { return true }
	never  = func(*graph, int32) bool { return false }
	// stages are ordered by severity, the worst anomaly first. Among the stages that a level forbids, each contains all
	// edges of its predecessors.
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

// anomaly returns the shortest cycle of the first stage that has one and that the level forbids, or nil. If any of
// these stages has a cycle, the last one has, so a good history is searched only once.
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

// committedFirst returns the strongest stage, but with two nodes for every transaction. A transaction that missed an
// append read before the append was committed, but may itself have committed after it.
func committedFirst(level Level) stage {
	s := strongest(level)
	s.split = always
	return s
}

// shortestLooks limits the number of edges that the search for the shortest cycle examines. If a history has so many
// cycles that this is not enough, the search returns the shortest that it has found.
const shortestLooks = 50_000_000

// shortest returns a cycle with the fewest transactions. It searches breadth first from every node that is on a cycle,
// never deeper than the best cycle so far.
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

// breadth is a breadth-first search for a path from a node to itself.
type breadth struct {
	*network
	member []int32 // by node, its component
	seen   []int32 // by node, the last round that reached it
	via    []step32
	round  int32
	looks  int // edges looked at
}

// step32 is how a search reached a node.
type step32 struct{ node, edge int32 }

// from returns the shortest cycle through a node, if it has at most the given number of edges, or nil. The edge from
// the reading of a transaction to its commit does not count.
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

// reaches reports whether node is root, or the reading of the transaction whose commit is root.
func (s *breadth) reaches(node, root int32) bool {
	return node == root || node/2 == root/2 && root == s.committing(root/2)
}

// along appends a node to the frontier and, if it is the reading of a transaction, also the commit of that transaction.
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
