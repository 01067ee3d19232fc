package decide

import "math/rand/v2"

// A wide look is one that would need too many answers: reading a log with n unsynced writes, for example, has up to 2^n
// results. It is answered as a whole, by one subset of its n operations after another. Order the operations by age. A disk
// that keeps their order leaves a prefix; a hole is an operation that is missing although a later one is there. The subsets
// tried are:
//
//   - every prefix, which is what a disk that keeps the order leaves;
//   - everything but one operation, for each of them: one hole;
//   - subsets with a second hole after each first hole at which recovery does not stop (see due);
//   - everything but two operations, for all pairs if there are few operations and for some pairs otherwise;
//   - some drawn at random.
//
// Why is that enough? Take a recovery that reads in order and stops at the first hole. What it shows depends only on
// where the first hole is, and there is a prefix for each place. The lab does not assume that recovery works like this;
// it checks, hole by hole. For each hole h there are two extremes: the prefix that ends before h, and everything but h.
// All other subsets whose first hole is h lie between these two. If both extremes showed the same, what comes after h
// did not matter, and the subsets in between are left out. If they differ, recovery reads past the hole (it repairs it,
// trusts a size, or has lost track). What it finds there depends on what else is missing, so the subsets with a second
// hole after h are due. A bug that needs a third hole, in a recovery that one and two holes do not upset, is out of
// reach; this is why such a crash point is reported as bounded and not as exhaustive.
//
// The argument fails for a recovery to which the number of holes matters: it may take one hole for the end of the log
// and go wrong with two, so both extremes show the same but a subset in between does not. That is why the last two
// kinds are tried.
//
// An operation that cannot persist without an earlier one takes that one with it, so two subsets may lead to one image.

const (
	wideMost  = 256 // looks with more ops are not answered by subsets with few holes
	pairsOps  = 24  // with up to this many ops, every pair of holes is tried
	pairsMost = 256 // with more ops: how many of the subsets with two holes that are due are tried
	somePairs = 32  // and how many of those that are not due
	drawn     = 16  // subsets drawn at random
	briefOps  = 24  // on a brief path: with up to this many ops every single hole is tried, with more only the prefixes
)

// The bounds up to which a search may be complete, by the number of holes in the subsets tried at every look.
const (
	NoHole   = 1 + iota // every prefix
	OneHole             // every prefix, and everything but one operation
	TwoHoles            // these, and every subset with two holes that is due
)

// wideLook is a wide look on a path.
type wideLook struct {
	ops   int
	ends  bool           // only nothing and everything are tried: earlier answers are between the two (see Path.between)
	later bool           // it is not the first wide look on the path
	brief bool           // only few subsets are tried: see briefOps
	shown map[int]uint64 // by subset: a hash of what all of its images showed
	sum   uint64         // the hash for the current subset so far
	pairs []int          // the subsets to try after those with one hole; known once these are done
	whole bool           // pairs includes every subset with two holes that is due
	at    int            // index of the current subset in pairs
}

// subsets returns the size of the number space of subsets. Subsets with two holes are numbered by the positions of both, so
// some numbers are not used.
func (w *wideLook) subsets() int { return w.firstDrawn() + drawn }

func (w *wideLook) firstPair() int  { return 2 * w.ops }
func (w *wideLook) firstDrawn() int { return w.firstPair() + 3*w.ops*w.ops }

// allBut returns the number of the subset that lacks only the op at hole.
func (w *wideLook) allBut(hole int) int { return w.ops + 1 + hole }

// pair returns the number of the subset of the given shape with its first hole at hole.
func (w *wideLook) pair(hole, other int, shape pairShape) int {
	return w.firstPair() + 3*(hole*w.ops+other) + int(shape)
}

type pairShape int

const (
	prefixBut pairShape = iota // the ops before other, except the hole
	allButTwo                  // all ops, except the hole and other
	prefixAnd                  // the ops before the hole, and other
)

// has returns the predicate of a subset: whether it has the op at a position.
func (w *wideLook) has(subset int) func(position int) bool {
	switch {
	case subset <= w.ops:
		return func(p int) bool { return p < subset }
	case subset < w.firstPair():
		hole := subset - w.allBut(0)
		return func(p int) bool { return p != hole }
	case subset >= w.firstDrawn():
		n := subset - w.firstDrawn()
		rng := rand.New(rand.NewPCG(uint64(w.ops), uint64(n)))
		lost := 2 + 6*(n%2) // each op is lost with probability 1/lost
		has := make([]bool, w.ops)
		for p := range has {
			has[p] = rng.IntN(lost) > 0
		}
		return func(p int) bool { return has[p] }
	}
	n, shape := (subset-w.firstPair())/3, pairShape((subset-w.firstPair())%3)
	hole, other := n/w.ops, n%w.ops
	switch shape {
	case prefixBut:
		return func(p int) bool { return p < other && p != hole }
	case allButTwo:
		return func(p int) bool { return p != hole && p != other }
	case prefixAnd:
		return func(p int) bool { return p < hole || p == other }
	}
	panic("decide: no such subset")
}

// saw adds what an image of the current subset showed to its hash.
func (w *wideLook) saw(what uint64) { w.sum = w.sum*0x9e3779b97f4a7c15 + what + 1 }

// next returns the subset to try after a given one. All images of that one must have been recovered, because what they
// showed decides which subsets with two holes are due.
func (w *wideLook) next(subset int) (next int, more bool) {
	w.shown[subset], w.sum = w.sum, 0
	switch {
	case w.ends:
		return w.ops, subset == 0
	case subset+1 < w.firstPair() && (subset != w.ops || !w.prefixes()):
		return subset + 1, true
	case subset < w.firstPair():
		w.pairs, w.whole = w.withTwoHoles()
	default:
		w.at++
	}
	if w.at == len(w.pairs) {
		return 0, false
	}
	return w.pairs[w.at], true
}

// withTwoHoles returns the subsets to try after those with one hole, and reports whether all that are due are among them.
func (w *wideLook) withTwoHoles() (all []int, whole bool) {
	if w.brief {
		return w.drawn(), false
	}
	all, whole = w.due()
	return append(all, w.others()...), whole
}

// due returns the subsets with two holes that are worth trying, and reports whether they are complete or had to be
// thinned out. Subsets with the same first hole lie between the one that has nothing after the hole and the one that
// has everything after it. If these two showed the same, as they do if recovery reads in order and stops at the first
// hole, the ones in between are not due.
func (w *wideLook) due() (pairs []int, all bool) {
	for hole := range w.ops - 1 {
		if w.shown[hole] == w.shown[w.allBut(hole)] {
			continue
		}
		for other := hole + 1; other < w.ops; other++ {
			if other > hole+1 {
				pairs = append(pairs, w.pair(hole, other, prefixBut))
			}
			if other < w.ops-1 {
				pairs = append(pairs, w.pair(hole, other, allButTwo))
			}
			if hole < w.ops-2 {
				pairs = append(pairs, w.pair(hole, other, prefixAnd))
			}
		}
	}
	if w.ops <= pairsOps || len(pairs) <= pairsMost {
		return pairs, true
	}
	some := make([]int, 0, pairsMost)
	for i := range pairsMost {
		some = append(some, pairs[i*len(pairs)/pairsMost])
	}
	return some, false
}

// others returns the subsets that are tried although they are not due. Only the first wide look of a path has any.
func (w *wideLook) others() (all []int) {
	if w.later {
		return nil
	}
	for hole := range w.ops - 1 {
		if w.shown[hole] != w.shown[w.allBut(hole)] {
			continue
		}
		for other := hole + 1; other < w.ops-1; other++ {
			all = append(all, w.pair(hole, other, allButTwo))
		}
	}
	if w.ops > pairsOps && len(all) > somePairs {
		some := make([]int, 0, somePairs)
		for i := range somePairs {
			some = append(some, all[i*len(all)/somePairs])
		}
		all = some
	}
	return append(all, w.drawn()...)
}

// drawn returns the subsets drawn at random. Only the first wide look of a path has any.
func (w *wideLook) drawn() (all []int) {
	if w.later {
		return nil
	}
	for i := range drawn {
		all = append(all, w.firstDrawn()+i)
	}
	return all
}

// bound returns the number of holes up to which the look is complete once all of its subsets were tried. A look of
// which only the two ends were tried does not lower the bound of the search, because looks are varied one at a time.
func (w *wideLook) bound() int {
	switch {
	case w.whole || w.ends:
		return TwoHoles
	case w.prefixes():
		return NoHole
	}
	return OneHole
}

// prefixes reports whether subsets with a hole are tried only if they are drawn at random.
func (w *wideLook) prefixes() bool { return w.brief && w.ops > briefOps }
