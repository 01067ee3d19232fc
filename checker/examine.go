package checker

import "github.com/lightningdb/lightning-torture/workloads/history"

// kind is what is wrong with a view, the most revealing kind first.
type kind int

const (
	strange   kind = iota // a key shows a value that no possible commit wrote
	early                 // a key shows a commit that was called too late to be there
	torn                  // one key shows a commit, another shows that it is not there
	crossed               // each of two commits shows that it came after the other
	vanished              // a pair that was there at the start is missing, and nobody deleted it
	lost                  // a commit that must be there is not
	hole                  // a commit is missing although a later one is there
	unsettled             // each key can be explained, but no moment fits them all
)

// finding is one thing that is wrong with a view.
type finding struct {
	kind   kind
	entry  int    // the key that shows it; -1 if there is no entry for it
	commit int    // the commit it is about
	other  int    // torn: the key that shows the commit; crossed, hole: the other commit
	key    []byte // strange: the key, if entry is -1
	value  []byte // strange: the value
}

// examine returns what is wrong with the view, after all values and absences have been recorded. Single keys are
// examined first; the search for one moment that fits all keys is sound only if they show nothing wrong.
func (v *view) examine() []finding {
	v.findLost()
	for _, c := range v.listed {
		if v.whole(int(c)) {
			v.findTorn(int(c))
		}
	}
	if len(v.found) == 0 && v.suffix {
		v.findHole()
	}
	return v.found
}

// findLost looks for commits that must be there. Such a commit is missing if a key that it wrote shows something that
// had certainly been overwritten by the time the commit had returned.
func (v *view) findLost() {
	if v.must == nobody {
		return
	}
	for i := range v.seen {
		s := &v.seen[i]
		e := &v.entries[s.entry]
		if e.replaced(s.until, v.must) > v.acked {
			continue
		}
		for w := e.after(s.until); w < len(e.writers); w++ {
			if c := int(e.writers[w].commit); v.commits[c].ackedBy(v.acked, v.must) {
				v.find(finding{kind: lost, entry: int(s.entry), commit: c})
			}
		}
	}
}

// findTorn looks for keys that contradict a commit which another key shows.
func (v *view) findTorn(commit int) {
	c := &v.commits[commit]
	if len(c.writes) < 2 {
		return
	}
	shownBy := int(v.in[commit]) - 1
	if k := v.missing(commit); k >= 0 {
		v.find(finding{kind: torn, entry: k, commit: commit, other: shownBy})
		return
	}
	for _, p := range c.writes {
		if later := v.visible(p.entry); later > commit && v.shows(later, commit) {
			v.find(finding{kind: crossed, entry: int(p.entry), commit: commit, other: later})
		}
	}
}

// visible returns the commit whose value the key shows, or -1.
func (v *view) visible(entry int32) int {
	at := v.at[entry]
	if at == 0 || v.seen[at-1].writer < 0 {
		return -1
	}
	return int(v.entries[entry].writers[v.seen[at-1].writer].commit)
}

// shows reports whether some key that commit over wrote shows commit under instead.
func (v *view) shows(over, under int) bool {
	for _, p := range v.commits[over].writes {
		if v.visible(p.entry) == under {
			return true
		}
	}
	return false
}

// findHole looks for a moment at which every key was as the view shows it, give or take what was in flight. If there is
// none, a commit is missing that took effect before another one that is there.
//
// A key admits the moments from the call of the commit that it shows until a later write to it had certainly taken
// effect. The bounds of all keys are intersected. A key that a delete may have emptied admits several intervals;
// settle deals with those at the end.
func (v *view) findHole() {
	from, latest := v.atLeast()
	to, stale := history.Never, -1
	for i := range v.seen {
		if r := v.entries[v.seen[i].entry].replaced(v.seen[i].until, everyone); r < to {
			to, stale = r, i
		}
	}
	if from > to {
		v.find(v.holeAt(&v.seen[stale], to, latest))
		return
	}
	if at := v.settle(from, to); at >= 0 {
		v.find(finding{kind: unsettled, entry: int(v.seen[at].entry), commit: latest})
	}
}

// atLeast returns the latest call among the commits that are there or must be, and that commit, which is -1 if there
// is none.
func (v *view) atLeast() (from history.Tick, commit int) {
	commit = -1
	for _, c := range v.listed {
		if call := v.commits[c].call; call > from {
			from, commit = call, int(c)
		}
	}
	if r, ok := v.required(v.acked, v.must); ok && r.call > from {
		from, commit = r.call, int(r.commit)
	}
	return from, commit
}

// holeAt returns the finding for the commit that overwrote what s shows and had returned at the tick done.
func (v *view) holeAt(s *shown, done history.Tick, later int) finding {
	e := &v.entries[s.entry]
	for i := e.after(s.until); i < len(e.writers); i++ {
		if w := &e.writers[i]; w.done == done {
			return finding{kind: hole, entry: int(s.entry), commit: int(w.commit), other: later}
		}
	}
	panic("checker: no writer of the entry returned at the tick by which one had replaced it")
}
