package endless

import "slices"

// commit is a commit that a power cut may lose: the keys that it wrote, and the commits that wrote them before.
type commit struct {
	keys    []int
	deletes []bool
	was     []uint64
}

// tail has the commits since the last power cut.
type tail struct {
	base    uint64 // the number of the last commit before the tail
	commits []commit
	synced  int // how many of commits are durable
}

func (t *tail) add(c commit, sync bool) {
	t.commits = append(t.commits, c)
	if sync {
		t.synced = len(t.commits)
	}
}

// keep returns how many commits of the tail a recovered store kept, assuming that it lost a suffix, or false if no number fits.
// latest returns the latest commit of each key, and differs has what the store shows for keys that do not show that one. If several
// numbers fit, keep returns the largest.
func (t *tail) keep(latest func(key int) uint64, differs map[int]uint64) (kept int, ok bool) {
	back, wrong := map[int]uint64{}, len(differs) // back has the keys written by the commits that were taken back so far
	of := func(key int, other map[int]uint64) uint64 {
		if commit, ok := other[key]; ok {
			return commit
		}
		return latest(key)
	}
	set := func(key int, to uint64) {
		shown := of(key, differs)
		if of(key, back) != shown {
			wrong--
		}
		if back[key] = to; to != shown {
			wrong++
		}
	}
	for kept = len(t.commits); wrong > 0 && kept > t.synced; kept-- {
		c := &t.commits[kept-1]
		for i, key := range slices.Backward(c.keys) {
			set(key, c.was[i])
		}
	}
	return kept, wrong == 0
}

// allows reports whether a key may show a given commit, or 0 for none, if each key may be lost independently.
func (t *tail) allows(key int, model, shown uint64) bool {
	if model == shown {
		return true
	}
	for n := len(t.commits) - 1; n >= t.synced; n-- {
		c := &t.commits[n]
		for i, k := range slices.Backward(c.keys) {
			if k == key && c.was[i] == shown {
				return true
			}
		}
	}
	return false
}
