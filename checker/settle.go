package checker

import (
	"sort"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// settle looks for a moment between from and to at which every key that shows nothing was empty. Moments are the calls
// of commits; each stands for "this commit had taken effect, and nothing that was called later had". It returns -1 if
// there is such a moment, otherwise the position in seen of a key that was not empty at the first one.
func (v *view) settle(from, to history.Tick) int {
	first := v.unexplained(from, -1, 0)
	if first < 0 {
		return -1
	}
	start := sort.Search(len(v.commits), func(i int) bool { return v.commits[i].call >= from })
	hint := first
	for i := start; i < len(v.commits) && v.commits[i].call <= to; i++ {
		if hint = v.unexplained(v.commits[i].call, i, hint); hint < 0 {
			return -1
		}
	}
	return first
}

// unexplained returns the position in seen of a key that shows nothing but was not empty at the moment, or -1. The
// search starts at hint, because the key that failed at one moment usually fails at the next one too.
func (v *view) unexplained(moment history.Tick, last, hint int) int {
	for n := range v.seen {
		i := (hint + n) % len(v.seen)
		if s := &v.seen[i]; s.writer == gone && !v.emptied(&v.entries[s.entry], moment, last) {
			return i
		}
	}
	return -1
}

// emptied reports whether an entry can be empty at the moment: no put that is certainly in effect follows all the
// deletes that may be. The commit last, if not -1, is in effect too.
func (v *view) emptied(e *entry, moment history.Tick, last int) bool {
	var filled, cleared history.Tick // the latest call of such a put, the latest done of such a delete
	for i := range e.writers {
		w := &e.writers[i]
		if w.call > moment {
			break
		}
		if w.delete {
			if v.possible(w) && !(v.whole(int(w.commit)) && v.missing(int(w.commit)) >= 0) {
				cleared = max(cleared, w.done)
			}
		} else if v.inEffect(w, moment, last) {
			filled = max(filled, w.call)
		}
	}
	return filled <= cleared && (cleared > 0 || !e.loaded)
}

// inEffect reports whether a put is certainly in effect at the moment.
func (v *view) inEffect(w *writer, moment history.Tick, last int) bool {
	if w.done < moment || v.commits[w.commit].ackedBy(v.acked, v.must) {
		return true
	}
	return v.whole(int(w.commit)) && (int(w.commit) == last || v.in[w.commit] != 0)
}

// required returns, among the commits of a level that had been acknowledged by tick t, the one with the latest call.
func (x *index) required(t history.Tick, l level) (reach, bool) {
	if n := x.acknowledged(t, l); n > 0 {
		return x.returned[l][n-1], true
	}
	return reach{}, false
}

// acknowledged returns how many commits of a level had been acknowledged by tick t.
func (x *index) acknowledged(t history.Tick, l level) int {
	if l == nobody {
		return 0
	}
	all := x.returned[l]
	return sort.Search(len(all), func(i int) bool { return all[i].done > t })
}
