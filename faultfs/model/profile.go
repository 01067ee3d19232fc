package model

import (
	"fmt"
	"strings"
)

// Profile says which subsets of the pending ops a power cut may keep, and what a sync makes durable. The zero Profile
// is PosixMin.
type Profile struct {
	Name string
	Text string // one-line description
	// fate is the fate of every pending op, or Undecided if the profile leaves a choice.
	fate  Fate
	rules Rules
	// removalsWait: a removal or rename is lost unless a sync has made it durable.
	removalsWait bool
}

// profiles lists all profiles, the default first. The rules of a profile are what the filesystem promises beyond
// fsync(2).
var profiles = []Profile{
	{Name: "posix-min", Text: "any subset that keeps the order per name, per inode and per sector; only fsync promises"},
	{
		Name: "ext4-ordered", Text: "ext4 as it is mounted by default: metadata in order, new blocks may show zeros",
		rules: MetadataInOrder | SyncTakesNames | SyncTakesOrder | RenameWaitsForSize,
	},
	{
		Name: "ext4-writeback", Text: "ext4 with data=writeback: metadata in order, new blocks may show stale bytes, freed ones new bytes",
		rules: MetadataInOrder | SyncTakesNames | SyncTakesOrder | RenameWaitsForSize | StaleBlocks | FreedBlocksReused,
	},
	{
		Name: "ext4-journal", Text: "ext4 with data=journal: a prefix of all that was done, cut between pages",
		rules: MetadataInOrder | SyncTakesNames | SyncTakesOrder | DataInOrder,
	},
	{
		Name: "xfs", Text: "metadata in order, a size grows after the bytes of its page are written",
		rules: MetadataInOrder | SyncTakesNames | SyncTakesOrder | DataBeforeSize | SizesOvertake | TruncateWaitsForData,
	},
	{
		Name: "btrfs", Text: "metadata in order between syncs, pages old or new; a sync takes its file and no more",
		rules: MetadataInOrder | SyncTakesNames | DirectoriesSyncAlone | DataBeforeSize | SizesOvertake | AnyBytesBringSize |
			DataFollowsMetadata,
	},
	{
		Name: "late-removals", Text: "as a filesystem in memory: an unsynced removal or rename is always lost, the rest may be kept",
		removalsWait: true,
	},
	{Name: "lose-all", Text: "everything unsynced is lost; a simple disk that misses bugs of order", fate: Lost},
	{Name: "lose-none", Text: "nothing is lost: the process was killed and the machine runs on", fate: Kept},
}

// PosixMin keeps any subset of the pending ops that respects their order: what fsync(2) promises and no more.
func PosixMin() Profile { return named("posix-min") }

// LoseAll loses every pending op: the classic test disk, which misses every ordering bug.
func LoseAll() Profile { return named("lose-all") }

// LoseNone keeps every pending op: a killed process on a machine that keeps running.
func LoseNone() Profile { return named("lose-none") }

// Decides reports whether the profile settles the fate of some pending ops, whatever a chooser says.
func (p Profile) Decides() bool { return p.fate != Undecided || p.removalsWait }

// Fate returns the fate of every pending op, or Undecided if the profile leaves a choice.
func (p Profile) Fate() Fate { return p.fate }

// RemovalsWait reports whether a removal or rename is lost unless a sync has made it durable.
func (p Profile) RemovalsWait() bool { return p.removalsWait }

// Profiles returns all profiles, the default first.
func Profiles() []Profile { return append([]Profile(nil), profiles...) }

// ProfileNamed returns the profile with that name. The error lists the choices.
func ProfileNamed(name string) (Profile, error) {
	var names []string
	for _, p := range profiles {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Profile{}, fmt.Errorf("%w %q; choose one of %s", ErrProfile, name, strings.Join(names, ", "))
}

func named(name string) Profile {
	p, err := ProfileNamed(name)
	if err != nil {
		panic(err)
	}
	return p
}
