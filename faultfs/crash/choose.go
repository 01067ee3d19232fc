package crash

import "math/rand/v2"

// Chooser decides what a power cut left on the disk. An undecided image asks it when somebody looks at something that
// a pending op could change, and only then.
type Chooser interface {
	// Choose returns one of 0 .. n-1; n is at least 2. Asked with 2, it decides whether the disk has the op named by
	// about: 0 is no. about is equal for equal questions of two images of one crash point.
	Choose(n int, about uint64) int
}

// Seeded returns a chooser that draws from seed: one random image for each seed. What it answers depends on the
// question and not on what was asked before, so goroutines that look in another order still see the same image.
func Seeded(seed uint64) Chooser { return seeded(seed) }

type seeded uint64

func (s seeded) Choose(n int, about uint64) int {
	var pcg rand.PCG // on the stack: this is the most frequent call of a random exploration
	pcg.Seed(uint64(s), about)
	return int(pcg.Uint64() % uint64(n))
}
