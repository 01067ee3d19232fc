package crash

import "math/rand/v2"

// Chooser decides what a power cut left on the disk. An undecided image asks it only when somebody looks at something
// that a pending op could change.
type Chooser interface {
	// Choose returns a number from 0 to n-1; n is at least 2. If n is 2, the question is whether the disk has the op
	// named by about, and 0 means no. Two images of one crash point that ask the same question pass the same about.
	Choose(n int, about uint64) int
}

// SubsetChooser is a Chooser that can answer a look that would take more answers than the limit.
type SubsetChooser interface {
	Chooser
	// Subset returns which of so many undecided ops the disk has, by their position in order of age; about identifies the
	// look as in Choose. nil: take a member of the family of subsets that is tried otherwise, as Choose says.
	Subset(ops int, about uint64) (has func(position int) bool)
}

// Seeded returns a chooser that draws from seed: one random image per seed. Its answer depends on the question and not
// on earlier questions, so goroutines that look in a different order still see the same image.
func Seeded(seed uint64) Chooser { return seeded(seed) }

type seeded uint64

func (s seeded) Choose(n int, about uint64) int {
	var pcg rand.PCG // on the stack: this is the most frequent call of a random exploration
	pcg.Seed(uint64(s), about)
	return int(pcg.Uint64() % uint64(n))
}
