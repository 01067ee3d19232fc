package faultfs

import (
	"fmt"
	"strings"
)

// Profile is the rule that says which subsets of the pending ops a power cut may keep.
type Profile struct {
	Name string
	Text string // one line for people
	// fate of an op about which the profile leaves no choice; undecided where it does.
	fate fate
}

// PosixMin keeps any subset of the pending ops that respects their order: what fsync(2) promises and no more.
func PosixMin() Profile {
	const text = "any subset that keeps the order per name, per inode and per sector; only fsync promises"
	return Profile{"posix-min", text, undecided}
}

// LoseAll loses every pending op: the classic test disk, which misses every bug of order.
func LoseAll() Profile {
	return Profile{"lose-all", "everything unsynced is lost; a simple disk that misses bugs of order", lost}
}

// LoseNone keeps every pending op: a killed process on a machine that runs on.
func LoseNone() Profile {
	return Profile{"lose-none", "nothing is lost: the process was killed and the machine runs on", kept}
}

// Profiles returns all profiles, the default first.
func Profiles() []Profile { return []Profile{PosixMin(), LoseAll(), LoseNone()} }

// ProfileNamed returns the profile of that name; the error lists the choices.
func ProfileNamed(name string) (Profile, error) {
	var names []string
	for _, p := range Profiles() {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Profile{}, fmt.Errorf("%w %q; choose one of %s", ErrProfile, name, strings.Join(names, ", "))
}
