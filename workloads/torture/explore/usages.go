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
