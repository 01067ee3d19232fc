package explore

// endureOps is how many filesystem calls the second half of a row may make, on top of twice those of the first half, without
// suspicion.
const endureOps = 1024

// calls counts the filesystem calls of a store's lives (see endurance): in the first and the second half of a row of lives,
// and then in the halves of a second row, which is run only if the first one is suspicious.
type calls [4]int

// suspicious reports whether the second half of the first row has many more calls than the first half. That is not yet
// growth: a store rewrites its log once it is long enough, and if a crash interrupts that, it does so again in every life
// from then on.
func (c *calls) suspicious() bool { return c[1] > 2*c[0]+endureOps }

// goOnGrowing reports whether the number of calls kept growing in the second row. If each life makes a fixed number of calls
// more than the one before, the last half row has 1.4 times the calls of the half before it, and 2.3 times those of the second
// half of the first row. If the number of calls has levelled off, all three are about equal.
func (c *calls) goOnGrowing() bool { return 4*c[3] > 5*c[2] && 2*c[3] > 3*c[1] }
