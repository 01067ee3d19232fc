package crash

import "math/rand/v2"

// Chooser decides what a power cut left on the disk. An undecided image asks it only when someone looks at something
// that a pending op could change.
type Chooser interface {
	// Choose returns a number from 0 to n-1; n is at least 2. If n is 2, the question is whether the disk has the op
	// identified by about, and 0 means no. Two images of one crash point that ask the same question pass the same
	// about.
	Choose(n int, about uint64) int
}

// SubsetChooser is a Chooser that can answer an observation for which more answers are needed than the limit allows.
type SubsetChooser interface {
	Chooser
	// Subset decides which of ops undecided ops the disk has, by their position from oldest to newest; about identifies
	// the observation, as in Choose. If it returns nil, Choose is asked for a member of the usual family of subsets
	// instead.
	Subset(ops int, about uint64) (has func(position int) bool)
}

// Seeded returns a chooser that draws from seed: one random image per seed. Each answer depends only on the question,
// not on earlier ones, so goroutines that look in different orders still see the same image.
func Seeded(seed uint64) Chooser { return seeded(seed) }

type seeded uint64

func (s seeded) Choose(n int, about uint64) int {
	var pcg rand.PCG // on the stack: this is the most frequent call of a random exploration
	pcg.Seed(uint64(s), about)
	return int(pcg.Uint64() % uint64(n))
}
