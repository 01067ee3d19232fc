package blocklog

import (
	"iter"
	"math/rand/v2"
)

// Sampling bounds the states of an epoch.
type Sampling struct {
	Tears      Tearing
	Exhaustive int    // epochs with at most this many units are tried with every subset
	Random     int    // random subsets tried of a longer epoch
	Each       int    // prefixes, single survivors and single losses tried of a longer epoch, of each kind; 0 means all
	Seed       uint64 // the seed of the random subsets
}

// States lists states that a power cut at or after a mark may leave, most valuable first: it takes from each epoch in
// turn. Two states may be the same disk.
func (l Log) States(mark int, s Sampling) iter.Seq[State] {
	return func(yield func(State) bool) {
		for _, state := range l.StatesOf(l.Epochs(mark), s) {
			if !yield(state) {
				return
			}
		}
	}
}

// StatesOf lists states that a power cut in one of the epochs may leave, in the order of States, each with the index of its
// epoch.
func (l Log) StatesOf(epochs []Epoch, s Sampling) iter.Seq2[int, State] {
	return func(yield func(int, State) bool) {
		units := make([][]Piece, len(epochs))
		for i, e := range epochs {
			units[i] = l.Units(e, s.Tears)
		}
		for _, family := range families {
			for i, e := range epochs {
				rng := rand.New(rand.NewPCG(s.Seed, uint64(i)))
				for subset := range family(len(units[i]), s, rng) {
					if !yield(i, State{e.From, pick(units[i], subset)}) {
						return
					}
				}
			}
		}
	}
}

// pick returns the pieces that are in a subset.
func pick(units []Piece, subset func(i int) bool) (kept []Piece) {
	for i, u := range units {
		if subset(i) {
			kept = append(kept, u)
		}
	}
	return kept
}

// family lists subsets of n units, as predicates on their index.
type family func(n int, s Sampling, rng *rand.Rand) iter.Seq[func(int) bool]

var families = []family{extremes, allSubsets, prefixes, singleSurvivors, singleLosses, randomSubsets}

func extremes(n int, _ Sampling, _ *rand.Rand) iter.Seq[func(int) bool] {
	return func(yield func(func(int) bool) bool) {
		_ = yield(func(int) bool { return false }) && n > 0 && yield(func(int) bool { return true })
	}
}

func allSubsets(n int, s Sampling, _ *rand.Rand) iter.Seq[func(int) bool] {
	return func(yield func(func(int) bool) bool) {
		for set := 1; n <= s.Exhaustive && set < 1<<n-1; set++ {
			if !yield(func(i int) bool { return set>>i&1 == 1 }) {
				return
			}
		}
	}
}

// larger is a family for epochs too long for all subsets: one subset for each unit, or for Sampling.Each of them.
func larger(subset func(unit, i int) bool) family {
	return func(n int, s Sampling, _ *rand.Rand) iter.Seq[func(int) bool] {
		return func(yield func(func(int) bool) bool) {
			if n <= s.Exhaustive {
				return
			}
			some := n
			if s.Each > 0 {
				some = min(n, s.Each)
			}
			for nr := range some {
				unit := nr * n / some
				if !yield(func(i int) bool { return subset(unit, i) }) {
					return
				}
			}
		}
	}
}

var (
	prefixes        = larger(func(unit, i int) bool { return i < unit })
	singleSurvivors = larger(func(unit, i int) bool { return i == unit })
	singleLosses    = larger(func(unit, i int) bool { return i != unit })
)

func randomSubsets(n int, s Sampling, rng *rand.Rand) iter.Seq[func(int) bool] {
	return func(yield func(func(int) bool) bool) {
		for range s.Random {
			if n <= s.Exhaustive {
				return
			}
			kept := make([]bool, n)
			for i := range kept {
				kept[i] = rng.IntN(2) == 1
			}
			if !yield(func(i int) bool { return kept[i] }) {
				return
			}
		}
	}
}
