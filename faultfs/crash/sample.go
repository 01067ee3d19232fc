package crash

import (
	"math/rand/v2"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// Sample returns choosers for up to most images of a crash point that has too many to try them all. The images most
// likely to expose bugs come first: nothing and everything; then, in turn, one of each shape, until none is left or
// there are enough.
//
//	one call lost, or one call alone      a missing sync
//	nothing after a call                  what a disk that keeps the order leaves
//	a file without its end                a file synced too late or too early, along with all others or alone
//	a file without bytes                  sizes that become durable before their bytes
//	a directory without its changes       a directory that is not synced
//	part of a call, with all or nothing   a torn write that is taken for whole
//	any calls, any ops                    bugs that no one has thought of
//
// Within a shape, the latest call comes first and the rest in an order drawn from the seed. Each subset is closed, so
// its image does not depend on who looks first. The chooser must be asked about each op separately. Subsets may repeat,
// and so may images.
func (p *Point) Sample(seed uint64, most int) []Chooser {
	s := &sampler{point: p, rng: rand.New(rand.NewPCG(seed, sampleStream))}
	s.group()
	all := []Chooser{s.keeping(nil), s.losing(nil)}
	shapes := s.shapes()
	for left := true; left && len(all) < most; {
		left = false
		for i := range shapes {
			if shape := &shapes[i]; len(shape.order) > 0 && len(all) < most {
				all = append(all, shape.member(shape.order[0]))
				shape.order, left = shape.order[1:], true
			}
		}
	}
	return all[:min(len(all), most)]
}

// sampleStream separates the draws of Sample from others with the same seed. sampleAny is the number of random subsets
// of calls, and of ops.
const (
	sampleStream = 0x5eed
	sampleAny    = 256
)

// sampler makes subsets of the pending ops of a crash point. A set of ops is an ascending list of their indexes.
type sampler struct {
	point *Point
	rng   *rand.Rand
	calls [][]int // ops of each call, oldest first
	ends  []end   // one for each call on the bytes of a file
	files [][]int // data ops of each file
	dirs  [][]int // ops on the names of each directory
	torn  []int   // calls whose bytes are in more than one piece
}

// end is a point at which a file may end. It divides the file's ops into those before one of its calls and those from
// that call on.
type end struct{ before, from []int }

// shape is a kind of subset: one subset for each place, and the places in the order in which to try them.
type shape struct {
	order  []int
	member func(place int) Chooser
}

func (s *sampler) shapes() []shape {
	latestFirst := func(n int) []int {
		order := s.rng.Perm(n)
		if i := slices.Index(order, n-1); i >= 0 {
			order = slices.Insert(slices.Delete(order, i, i+1), 0, n-1)
		}
		return order
	}
	calls := len(s.calls)
	return []shape{
		{latestFirst(calls), func(i int) Chooser { return s.losing(s.calls[i]) }},
		{latestFirst(calls), func(i int) Chooser { return s.keeping(s.calls[i]) }},
		{latestFirst(len(s.torn)), func(i int) Chooser { return s.losing(s.half(s.torn[i])) }},
		{latestFirst(len(s.dirs)), func(i int) Chooser { return s.losing(s.dirs[i]) }},
		{latestFirst(len(s.files)), func(i int) Chooser { return s.losing(s.files[i]) }},
		{latestFirst(len(s.ends)), func(i int) Chooser { return s.losing(s.ends[i].from) }},
		{latestFirst(calls), func(i int) Chooser { return s.losing(slices.Concat(s.calls[i:]...)) }},
		{latestFirst(len(s.torn)), func(i int) Chooser {
			return s.losing(slices.Concat(s.half(s.torn[i]), slices.Concat(s.calls[s.torn[i]+1:]...)))
		}},
		{latestFirst(len(s.ends)), func(i int) Chooser { return s.keeping(s.ends[i].before) }},
		{latestFirst(sampleAny), func(int) Chooser { return s.losing(slices.Concat(s.some(s.calls)...)) }},
		{latestFirst(sampleAny), func(int) Chooser { return s.losing(s.someOps()) }},
	}
}

// group collects the ops of calls, files and directories.
func (s *sampler) group() {
	type call struct {
		tick    uint64
		earlier bool
	}
	byCall := map[call]int{}
	byFile, byDir := map[trace.Ino]int{}, map[trace.Ino]int{}
	pieces := map[int]int{}
	for i, op := range s.point.pending {
		at := call{op.tick, op.inherited}
		n, known := byCall[at]
		if !known {
			n = len(s.calls)
			byCall[at], s.calls = n, append(s.calls, nil)
		}
		s.calls[n] = append(s.calls[n], i)
		switch op.kind {
		case pendingNames:
			for _, e := range op.edits {
				s.dirs = addTo(s.dirs, byDir, e.Parent, i)
			}
		case pendingData:
			s.files = addTo(s.files, byFile, op.ino, i)
			if pieces[n]++; pieces[n] == 2 {
				s.torn = append(s.torn, n)
			}
		case pendingSize:
		}
	}
	slices.Sort(s.torn)
	s.cutFiles()
}

func addTo(sets [][]int, by map[trace.Ino]int, ino trace.Ino, op int) [][]int {
	n, known := by[ino]
	if !known {
		n = len(sets)
		by[ino], sets = n, append(sets, nil)
	}
	if set := sets[n]; len(set) == 0 || set[len(set)-1] != op {
		sets[n] = append(set, op)
	}
	return sets
}

// cutFiles finds the places where each file may end.
func (s *sampler) cutFiles() {
	all := map[trace.Ino][]int{}
	for i, op := range s.point.pending {
		if op.kind != pendingNames {
			all[op.ino] = append(all[op.ino], i)
		}
	}
	at, calls := map[trace.Ino]int{}, map[trace.Ino]*pendingOp{}
	for _, op := range s.point.pending { // not over the map, which has no order
		if op.kind == pendingNames {
			continue
		}
		last, n := calls[op.ino], at[op.ino]
		calls[op.ino], at[op.ino] = op, n+1
		if last == nil || last.tick != op.tick || last.inherited != op.inherited {
			s.ends = append(s.ends, end{before: all[op.ino][:n], from: all[op.ino][n:]})
		}
	}
}

// half returns the pieces of a call that a torn write lacks: either those from a random piece on, or those before it.
func (s *sampler) half(call int) (lacks []int) {
	var pieces []int
	for _, i := range s.calls[call] {
		if s.point.pending[i].kind == pendingData {
			pieces = append(pieces, i)
		}
	}
	at := 1 + s.rng.IntN(len(pieces)-1)
	if s.rng.IntN(2) == 0 {
		return pieces[at:]
	}
	return pieces[:at]
}

// some returns a random part of the calls: few, half or most of them.
func (s *sampler) some(calls [][]int) (part [][]int) {
	share := [...]float64{0.1, 0.5, 0.9}[s.rng.IntN(3)]
	for _, ops := range calls {
		if s.rng.Float64() < share {
			part = append(part, ops)
		}
	}
	return part
}

func (s *sampler) someOps() (part []int) {
	for i := range s.point.pending {
		if s.rng.IntN(2) == 0 {
			part = append(part, i)
		}
	}
	return part
}

// losing returns a chooser that loses a set of ops, with what follows them, and keeps the rest.
func (s *sampler) losing(ops []int) Chooser {
	return &subset{s.point, s.closed(ops, s.point.indexed().dependents), false}
}

// keeping returns a chooser that keeps a set of ops, with what they follow, and loses the rest.
func (s *sampler) keeping(ops []int) Chooser {
	return &subset{s.point, s.closed(ops, s.point.indexed().needs), true}
}

// closed returns which ops are in a set, including everything that it pulls in along the edges.
func (s *sampler) closed(ops []int, along edges) []bool {
	in := make([]bool, len(s.point.pending))
	var todo []int32
	for _, i := range ops {
		todo = append(todo, int32(i))
	}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		if todo = todo[:len(todo)-1]; !in[i] {
			in[i] = true
			todo = append(todo, along.of(int(i))...)
		}
	}
	return in
}

// subset is a chooser that keeps, or loses, exactly the ops of a closed set.
type subset struct {
	point *Point
	in    []bool
	keeps bool
}

func (s *subset) Choose(_ int, about uint64) int {
	if i, pending := position(s.point.pending, int(about)); pending && s.in[i] == s.keeps {
		return 1
	}
	return 0
}
