package crash

import "slices"

// edges lists, for each op, the ops at the other end of its edges. All lists share one slice.
type edges struct{ start, ends []int32 }

func newEdges(ops int, from, to []int32) edges {
	all := make([]int32, ops+1+len(to))
	e := edges{start: all[:ops+1], ends: all[ops+1:]}
	for _, i := range from {
		e.start[i]++
	}
	for i := range ops {
		e.start[i+1] += e.start[i]
	}
	for k, i := range slices.Backward(from) { // each list is filled from its end, which moves start to its beginning
		e.start[i]--
		e.ends[e.start[i]] = to[k]
	}
	return e
}

func (e edges) of(i int) []int32 { return e.ends[e.start[i]:e.start[i+1]] }
