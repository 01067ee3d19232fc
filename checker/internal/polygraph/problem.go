package polygraph

// Arc says that one node comes before another.
type Arc struct{ From, To int32 }

// Choice says that the arcs of one of the two sides exist.
type Choice [2][]Arc

// Problem is a graph with choices. Its nodes are numbered from 0.
type Problem struct {
	Nodes   int
	Arcs    []Arc
	Choices []Choice
	Budget  int // limit of the work, in visits of nodes and choices
	// Stopped, if not nil, is called now and then. The search is given up if it returns true.
	Stopped func() bool
}

// Outcome says whether the nodes can be put in order.
type Outcome uint8

// The outcomes.
const (
	Undecided Outcome = iota
	Possible
	Impossible
)

// Answer is the result of a search.
type Answer struct {
	Outcome Outcome
	// Stuck is the choice without a possible side, if the outcome is Impossible and nothing had to be guessed. It is
	// -1 if the arcs of the problem have a cycle by themselves, and otherwise -2.
	Stuck int
	// Certain is the arcs of the sides that followed from the arcs of the problem, in the order in which they were
	// derived. It is meaningless if Stuck is -2.
	Certain []Arc
	Spent   int // of the budget
}

// Order returns all nodes in an order that fits the arcs of the problem, or false if these have a cycle. Among the
// nodes that can come next it takes the one that less puts first; less must be a strict order.
func (p *Problem) Order(less func(a, b int32) bool) ([]int32, bool) {
	out, degree := p.adjacency()
	ready := &heap{less: less}
	for node := range int32(p.Nodes) {
		if degree[node] == 0 {
			ready.push(node)
		}
	}
	order := make([]int32, 0, p.Nodes)
	for len(ready.nodes) > 0 {
		node := ready.pop()
		order = append(order, node)
		for _, to := range out.of(node) {
			if degree[to]--; degree[to] == 0 {
				ready.push(to)
			}
		}
	}
	return order, len(order) == p.Nodes
}

// Core returns, by node, whether the node is on a cycle or on a path between cycles. These are the nodes that are left
// after repeatedly removing those at which no arc arrives or from which no arc leaves.
func (p *Problem) Core() []bool {
	core := make([]bool, p.Nodes)
	for node := range core {
		core[node] = true
	}
	for range 2 { // the arcs as they are, then turned around
		turned := Problem{Nodes: p.Nodes}
		for _, a := range p.Arcs {
			if core[a.From] && core[a.To] {
				turned.Arcs = append(turned.Arcs, Arc{a.To, a.From})
			}
		}
		order, _ := turned.Order(func(a, b int32) bool { return a < b })
		for _, node := range order {
			core[node] = false
		}
		p = &turned
	}
	return core
}

// adjacency is arcs grouped by the node that they leave.
type adjacency struct{ start, to []int32 }

func (a *adjacency) of(node int32) []int32 { return a.to[a.start[node]:a.start[node+1]] }

// adjacency returns the arcs grouped by the node that they leave, and the number of arcs that arrive at each node.
func (p *Problem) adjacency() (*adjacency, []int32) {
	a := &adjacency{start: make([]int32, p.Nodes+1), to: make([]int32, len(p.Arcs))}
	degree := make([]int32, p.Nodes)
	for _, arc := range p.Arcs {
		a.start[arc.From+1]++
		degree[arc.To]++
	}
	for i := range p.Nodes {
		a.start[i+1] += a.start[i]
	}
	next := append([]int32(nil), a.start...)
	for _, arc := range p.Arcs {
		a.to[next[arc.From]] = arc.To
		next[arc.From]++
	}
	return a, degree
}

// heap is a binary heap of nodes.
type heap struct {
	nodes []int32
	less  func(a, b int32) bool
}

func (h *heap) push(node int32) {
	h.nodes = append(h.nodes, node)
	for i := len(h.nodes) - 1; i > 0; {
		up := (i - 1) / 2
		if !h.less(h.nodes[i], h.nodes[up]) {
			return
		}
		h.nodes[i], h.nodes[up] = h.nodes[up], h.nodes[i]
		i = up
	}
}

func (h *heap) pop() int32 {
	first, last := h.nodes[0], len(h.nodes)-1
	h.nodes[0] = h.nodes[last]
	h.nodes = h.nodes[:last]
	for i := 0; ; {
		least := i
		for _, child := range [2]int{2*i + 1, 2*i + 2} {
			if child < last && h.less(h.nodes[child], h.nodes[least]) {
				least = child
			}
		}
		if least == i {
			return first
		}
		h.nodes[i], h.nodes[least] = h.nodes[least], h.nodes[i]
		i = least
	}
}
