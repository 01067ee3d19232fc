package decide

import "math/rand/v2"

// A look that would take too many answers is answered as a whole, by one subset of its ops after the other. A disk that keeps
// the order leaves a prefix of them; a hole is an op that is missing although a later one is there. All subsets with few holes
// are tried, so far as they can show anything:
//
//	every prefix
//	all but one, for each
//	with two holes, behind each first hole after which not all is alike (see due)
//	all but two, for each pair if there are few ops, and for some pairs otherwise
//	some that are drawn
//
// The last two are for a recovery that counts holes: it may take one for the end, and go wrong with two.
//
// Positions are those of the ops in order of age. A closed subset may come out twice, where ops follow others.

const (
	wideMost  = 256 // ops of a look that is answered this way
	pairsOps  = 24  // up to so many ops each pair of holes is tried
	pairsMost = 256 // of more ops: subsets with two holes that are tried because not all is alike
	somePairs = 32  // and that are tried anyway
	drawn     = 16
	briefOps  = 24 // of a brief path: up to so many ops each hole is tried, of more only every prefix, and those that are drawn
)

// The bounds up to which a search may be complete: how many holes the subsets have at every look.
const (
	NoHole   = 1 + iota // every prefix
	OneHole             // every prefix, and all but one
	TwoHoles            // those and all with two holes that are due
)

// wideLook is such a look on a path.
type wideLook struct {
	ops   int
	ends  bool           // only nothing and everything are tried, because another look of the path is in between
	later bool           // the path has one before it
	brief bool           // few are tried: see briefOps
	shown map[int]uint64 // by subset: what its images have shown, each of them
	sum   uint64         // of the subset at hand, so far
	pairs []int          // the subsets that are tried after those with one hole, once that is known
	whole bool           // they have all with two holes that are due
	at    int            // the one at hand
}

// subsets returns how many numbers of subsets there are. Those with two holes are numbered by the positions of both, so not all
// numbers are used.
func (w *wideLook) subsets() int { return w.firstDrawn() + drawn }

func (w *wideLook) firstPair() int  { return 2 * w.ops }
func (w *wideLook) firstDrawn() int { return w.firstPair() + 3*w.ops*w.ops }

// allBut returns the number of the subset that lacks one op.
func (w *wideLook) allBut(hole int) int { return w.ops + 1 + hole }

// pair returns the number of a subset with two holes, or of one op that is there behind a hole.
func (w *wideLook) pair(hole, other int, shape pairShape) int {
	return w.firstPair() + 3*(hole*w.ops+other) + int(shape)
}

type pairShape int

const (
	prefixBut pairShape = iota // all before the other, but the hole
	allButTwo                  // all but the two
	prefixAnd                  // all before the hole, and the other
)

// has returns which ops a subset has, by their position.
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
		lost := 2 + 6*(n%2) // one of so many
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

// saw notes what an image of the subset at hand has shown.
func (w *wideLook) saw(what uint64) { w.sum = w.sum*0x9e3779b97f4a7c15 + what + 1 }

// next returns the subset that comes after one, of which all images were recovered.
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

// withTwoHoles returns the subsets that come after those with one hole, and whether all that are due are among them.
func (w *wideLook) withTwoHoles() (all []int, whole bool) {
	if w.brief {
		return w.drawn(), false
	}
	all, whole = w.due()
	return append(all, w.others()...), whole
}

// due returns the subsets with two holes that are worth trying, and whether these are all. Those that have a certain first hole
// lie between the one that has nothing behind it and the one that has all. If those two have shown the same, as they do to
// whoever reads in order and stops at the first hole, those between them do.
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

// others returns subsets that are tried whatever was shown, but for those that are due. Only the first such look of a path has
// them.
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

// drawn returns subsets that are drawn. Only the first such look of a path has them.
func (w *wideLook) drawn() (all []int) {
	if w.later {
		return nil
	}
	for i := range drawn {
		all = append(all, w.firstDrawn()+i)
	}
	return all
}

// bound returns up to how many holes the look is complete, once all its subsets were tried.
func (w *wideLook) bound() int {
	switch {
	case w.whole || w.ends:
		return TwoHoles
	case w.prefixes():
		return NoHole
	}
	return OneHole
}

// prefixes reports whether no subset is tried that lacks a single op.
func (w *wideLook) prefixes() bool { return w.brief && w.ops > briefOps }
