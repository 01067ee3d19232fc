package crash

import "math/rand/v2"

// family is the sample of subsets tried when an observation would take too many answers to try every subset: nothing,
// everything, prefixes, single losses, single survivors and random subsets.
type family struct {
	ops    int    // number of undecided ops
	each   int    // number of prefixes, of losses and of survivors
	random int    // number of random subsets
	seed   uint64 // the seed of the random subsets
}

// familyEach limits the prefixes, the losses and the survivors, familyRandom the random subsets: an observation of a
// thousand ops costs 48 images.
const (
	familyEach   = 12
	familyRandom = 10
)

func newFamily(ops int, seed uint64) family {
	return family{ops: ops, each: min(ops, familyEach), random: familyRandom, seed: seed}
}

func (f family) size() int { return 2 + 3*f.each + f.random }

// member returns a function that reports whether subset i keeps the op at a position.
func (f family) member(i int) func(position int) bool {
	spread := func(k int) int { return k * (f.ops - 1) / max(1, f.each-1) } // spreads positions over all ops
	switch {
	case i == 0:
		return func(int) bool { return false }
	case i == 1:
		return func(int) bool { return true }
	case i < 2+f.each:
		end := spread(i - 2)
		return func(p int) bool { return p < end }
	case i < 2+2*f.each:
		hole := spread(i - 2 - f.each)
		return func(p int) bool { return p != hole }
	case i < 2+3*f.each:
		only := spread(i - 2 - 2*f.each)
		return func(p int) bool { return p == only }
	}
	rng := rand.New(rand.NewPCG(f.seed, uint64(i)))
	keep := make([]bool, f.ops)
	for p := range keep {
		keep[p] = rng.IntN(2) == 1
	}
	return func(p int) bool { return keep[p] }
}
