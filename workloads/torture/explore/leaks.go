package explore

import "github.com/lightningdb/lightning-torture/workloads/torture/remains"

// How much a store may grow over a row of lives without suspicion. A life that is cut short may leave its files to the next one
// to clean up, and several lives may end before one gets that far. A store that leaks a file in each life exceeds this long
// before the last one.
const (
	endureFiles = 16
	endureBytes = 256 << 10
)

// usages is the disk usage of a store (see endurance) after its first life, after a row of lives, and after a second row, which
// is run only if the first one is suspicious.
type usages [3]remains.Usage

// suspicious reports whether the store has grown over the first row. That is not yet a leak: if tables become smaller with each
// merge, a store has more of them until its levels are full.
func (u *usages) suspicious() bool { return u.moreFiles() || u.moreBytes() }

func (u *usages) moreFiles() bool { return u[1].Files > u[0].Files+endureFiles }

func (u *usages) moreBytes() bool { return u[1].Bytes > 2*u[0].Bytes+endureBytes }

// leaksFiles reports whether the number of files went on growing in the second row, by at least half as much as in the first.
func (u *usages) leaksFiles() bool {
	return u.moreFiles() && 2*(u[2].Files-u[1].Files) >= u[1].Files-u[0].Files
}

// leaksBytes does the same for the size of the files.
func (u *usages) leaksBytes() bool {
	return u.moreBytes() && 2*(u[2].Bytes-u[1].Bytes) >= u[1].Bytes-u[0].Bytes
}

// endureOps is how many filesystem calls more than twice those of the first half the second half of a row may make
// without suspicion.
const endureOps = 1024

// calls counts the filesystem calls of a store's lives (see endurance): in the first and the second half of a row of lives,
// and then in the halves of a second row, which is run only if the first one is suspicious.
type calls [4]int

// suspicious reports whether the second half of the first row has many more calls than the first half. That is not yet
// growth: a store rewrites its log once it is long enough, and if a crash interrupts that, it does so again in every life
// from then on.
func (c *calls) suspicious() bool { return c[1] > 2*c[0]+endureOps }

// goOnGrowing reports whether the number of calls kept growing in the second row. If each life makes a fixed number of
// calls more than the one before, the last of the four halves has 1.4 times the calls of the third and 2.3 times those
// of the second. If the number of calls has levelled off, these three are about equal.
func (c *calls) goOnGrowing() bool { return 4*c[3] > 5*c[2] && 2*c[3] > 3*c[1] }
