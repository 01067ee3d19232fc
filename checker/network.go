package checker

// network is a graph in the form that the search for cycles uses. A transaction has two nodes: where it reads and where
// it commits. It commits after it has read. It reads after the commits of the transactions that it saw, and before the
// commits of those that it missed. If a transaction reads and commits at the same moment, its two nodes are one.
//
// With two nodes each, the cycles are those that snapshot isolation forbids: cycles in which no two relations rw are
// adjacent. With one node each, they are all cycles.
type network struct {
	*graph
	split func(t int32) bool
	start []int32 // by node, where its edges begin in edges; one longer than the number of nodes
	edges []int32 // positions in graph.edges, or selfEdge
}

// selfEdge leads from the reading of a transaction to its commit.
const selfEdge = int32(-1)

func (n *network) committing(t int32) int32 { return 2 * t }

func (n *network) reading(t int32) int32 {
	if n.split(t) {
		return 2*t + 1
	}
	return 2 * t
}

// ends returns the nodes from which and to which an edge leads.
func (n *network) ends(e *edge) (from, to int32) {
	if e.why == rw {
		return n.reading(e.from), n.committing(e.to)
	}
	return n.committing(e.from), n.reading(e.to)
}

// target returns the node to which an edge of a node leads.
func (n *network) target(node, e int32) int32 {
	if e == selfEdge {
		return n.committing(node / 2)
	}
	_, to := n.ends(&n.graph.edges[e])
	return to
}

// out returns the edges of a node.
func (n *network) out(node int32) []int32 { return n.edges[n.start[node]:n.start[node+1]] }

// forwards returns the network of a stage, in which each node has the edges that start there.
func (x *graph) forwards(s stage) *network {
	n := x.network(s)
	n.fill(func(visit func(node, e int32)) {
		for t := range n.txns {
			if n.split(int32(t)) {
				visit(n.reading(int32(t)), selfEdge)
			}
		}
		n.each(s, func(from, _, e int32) { visit(from, e) })
	})
	return n
}

// backwards returns the network of a stage, in which each node has the edges that end there, except self edges.
func (x *graph) backwards(s stage) *network {
	n := x.network(s)
	n.fill(func(visit func(node, e int32)) { n.each(s, func(_, to, e int32) { visit(to, e) }) })
	return n
}

func (x *graph) network(s stage) *network {
	return &network{graph: x, split: func(t int32) bool { return s.split(x, t) }, start: make([]int32, 2*len(x.txns)+1)}
}

// each calls visit with the edges of a stage and the nodes that they join.
func (n *network) each(s stage, visit func(from, to, e int32)) {
	for i := range n.graph.edges {
		if e := &n.graph.edges[i]; s.use.has(e.why) && !(s.items && e.phantom) {
			from, to := n.ends(e)
			visit(from, to, int32(i))
		}
	}
}

// fill groups edges by node. The function all calls visit once for every pair of a node and an edge.
func (n *network) fill(all func(visit func(node, e int32))) {
	all(func(node, _ int32) { n.start[node+1]++ })
	for i := 1; i < len(n.start); i++ {
		n.start[i] += n.start[i-1]
	}
	n.edges = make([]int32, n.start[len(n.start)-1])
	next := append([]int32(nil), n.start...)
	all(func(node, e int32) {
		n.edges[next[node]] = e
		next[node]++
	})
}

// components returns the strongly connected components with more than one node. It is Tarjan's algorithm without
// recursion, because histories are long and paths in them may be too.
func (n *network) components() [][]int32 {
	count := len(n.start) - 1
	s := tarjan{
		network: n, index: make([]int32, count), low: make([]int32, count), next: append([]int32(nil), n.start[:count]...),
		stacked: make([]bool, count),
	}
	for node := range int32(count) {
		if s.index[node] == 0 {
			s.visit(node)
		}
	}
	return s.found
}

type tarjan struct {
	*network
	index, low []int32 // by node, counted from 1
	next       []int32 // by node, the edge to follow next
	stacked    []bool
	stack      []int32 // nodes that are not in a component yet
	path       []int32
	visited    int32
	found      [][]int32
}

func (s *tarjan) enter(node int32) {
	s.visited++
	s.index[node], s.low[node], s.stacked[node] = s.visited, s.visited, true
	s.stack, s.path = append(s.stack, node), append(s.path, node)
}

func (s *tarjan) visit(root int32) {
	s.enter(root)
	for len(s.path) > 0 {
		node := s.path[len(s.path)-1]
		if s.next[node] == s.start[node+1] {
			s.leave(node)
			continue
		}
		to := s.target(node, s.edges[s.next[node]])
		s.next[node]++
		if s.index[to] == 0 {
			s.enter(to)
		} else if s.stacked[to] {
			s.low[node] = min(s.low[node], s.index[to])
		}
	}
}

func (s *tarjan) leave(node int32) {
	s.path = s.path[:len(s.path)-1]
	if len(s.path) > 0 {
		parent := s.path[len(s.path)-1]
		s.low[parent] = min(s.low[parent], s.low[node])
	}
	if s.low[node] != s.index[node] {
		return
	}
	at := len(s.stack) - 1
	for s.stack[at] != node {
		at--
	}
	for _, member := range s.stack[at:] {
		s.stacked[member] = false
	}
	if len(s.stack)-at > 1 {
		s.found = append(s.found, append([]int32(nil), s.stack[at:]...))
	}
	s.stack = s.stack[:at]
}
