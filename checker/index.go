package checker

import (
	"bytes"
	"cmp"
	"slices"
	"sort"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// level is a class of acknowledged commits. Each level contains the one before it.
type level int

const (
	nobody   level = iota - 1
	synced         // acknowledged with Sync
	handed         // acknowledged with Sync or NoSync
	everyone       // acknowledged at all
	levels
	unacked = levels // the level of a commit that was not acknowledged
)

// levelOf returns the narrowest level to which a commit of this durability belongs.
func levelOf(d history.Durability) level { return synced + level(d) }

// commit is an operation that writes and that the store did not reject.
type commit struct {
	op     *history.Op
	call   history.Tick
	done   history.Tick // the tick by which it had certainly taken effect: Return if it was acknowledged, otherwise Never
	level  level        // unacked if it was not acknowledged
	kept   history.Tick // the tick by which a later barrier had made it as safe as a synced commit; Never if none did
	writes []place

	shownBy *history.Op // the first read that showed it before it was acknowledged, if reads count
}

// belongs returns the tick from which on c belongs to level l, or Never. Level nobody is for disks that keep nothing;
// no barrier changes that.
func (c *commit) belongs(l level) history.Tick {
	if l == nobody {
		return history.Never
	}
	if c.level <= l {
		return c.done
	}
	return c.kept
}

// ackedBy reports whether c had been acknowledged and belonged to level l by tick t.
func (c *commit) ackedBy(t history.Tick, l level) bool { return c.belongs(l) <= t }

// place is a write as its commit sees it: the entry, and the position among the writers there.
type place struct{ entry, writer int32 }

// writer is a write as its key sees it.
type writer struct {
	value  []byte
	call   history.Tick
	done   history.Tick
	commit int32
	delete bool
}

// entry is everything that ever happened to one key.
type entry struct {
	key     []byte
	value   []byte // at the start
	loaded  bool   // the key had a value at the start
	repeats bool   // some value was written more than once, or was written and also there at the start
	writers []writer
	// soonest[l][i] is the earliest tick at which any of writers[i:] belongs to level l.
	soonest [levels][]history.Tick
}

// after returns the position of the first writer that was called after t.
func (e *entry) after(t history.Tick) int {
	n := len(e.writers)
	if n == 0 || e.writers[n-1].call <= t {
		return n
	}
	return sort.Search(n, func(i int) bool { return e.writers[i].call > t })
}

// replaced returns the earliest tick by which a commit of level l that was called after t had certainly taken effect.
func (e *entry) replaced(t history.Tick, l level) history.Tick {
	if i := e.after(t); i < len(e.writers) {
		return e.soonest[l][i]
	}
	return history.Never
}

// index is a history rearranged for fast judging: by key instead of by time. It is immutable once built.
type index struct {
	ops     []history.Op
	commits []commit // in order of call
	entries []entry  // in order of key
	// returned[l] is the commits of level l in order of done, each with the latest call so far. From this follow the
	// commits acknowledged by a tick, and the earliest moment at which all of them can be in effect.
	returned [levels][]reach
	reason   string // the reason, if nothing can be judged by this history
	repeated string // the reason, if values do not identify their writers
}

type reach struct {
	done, call history.Tick
	commit     int32 // the commit with that call
}

// newIndex indexes a history, after checking what all judges take for granted.
func newIndex(ops []history.Op, initial *history.State) *index {
	x := indexOf(ops, initial)
	if r := Assumptions(ops); r.Verdict != Pass {
		x.reason = r.Violations[0].Sentence
	}
	if r := assumeUnique(ops); r.Verdict != Pass {
		x.repeated = r.Violations[0].Sentence
	}
	for i := range ops {
		for _, w := range ops[i].Writes {
			if w.Change != history.Assign && x.reason == "" {
				x.reason = describe(&ops[i]) + " does not say what the key holds afterwards: only linearizability can be judged"
			}
		}
	}
	return x
}

// indexOf indexes a history, or a part of one, without checking it.
func indexOf(ops []history.Op, initial *history.State) *index {
	x := &index{ops: ops}
	at := x.collectKeys(initial)
	for i := range ops {
		if ops[i].Wrote() {
			x.addCommit(&ops[i], at)
		}
	}
	x.raiseBarriers()
	for i := range x.entries {
		x.finish(&x.entries[i])
	}
	for l := range levels {
		x.returned[l] = x.reachOf(l)
	}
	return x
}

// collectKeys creates an entry for every key that was loaded or written, in key order. It returns their positions.
func (x *index) collectKeys(initial *history.State) map[string]int {
	at := map[string]int{}
	collect := func(e entry) {
		if _, known := at[string(e.key)]; !known {
			at[string(e.key)] = 0
			x.entries = append(x.entries, e)
		}
	}
	if initial != nil {
		for key, value := range initial.All() {
			collect(entry{key: bytes.Clone(key), value: bytes.Clone(value), loaded: true})
		}
	}
	for i := range x.ops {
		for _, w := range x.ops[i].Writes {
			collect(entry{key: w.Key})
		}
	}
	slices.SortFunc(x.entries, func(a, b entry) int { return bytes.Compare(a.key, b.key) })
	for i := range x.entries {
		at[string(x.entries[i].key)] = i
	}
	return at
}

// lookup returns the position of the entry of key, or where it would be inserted.
func (x *index) lookup(key []byte) (int, bool) {
	return slices.BinarySearchFunc(x.entries, key, func(e entry, k []byte) int { return bytes.Compare(e.key, k) })
}

// addCommit records a commit; at has the positions of the entries. If it writes a key more than once, only the last of these
// writes can ever be seen.
func (x *index) addCommit(op *history.Op, at map[string]int) {
	c := commit{op: op, call: op.Call, done: history.Never, level: unacked, kept: history.Never}
	if op.Outcome == history.Acked {
		c.done, c.level = op.Return, levelOf(op.Durability)
	}
	id := int32(len(x.commits))
	for _, w := range op.Writes {
		k := at[string(w.Key)]
		e := &x.entries[k]
		entered := writer{value: w.Value, call: c.call, done: c.done, commit: id, delete: w.Delete}
		if n := len(e.writers); n > 0 && e.writers[n-1].commit == id {
			e.writers[n-1] = entered
			continue
		}
		c.writes = append(c.writes, place{entry: int32(k), writer: int32(len(e.writers))})
		e.writers = append(e.writers, entered)
	}
	x.commits = append(x.commits, c)
}

// finish fills in what is derived from the writers of an entry.
func (x *index) finish(e *entry) {
	n := len(e.writers)
	e.repeats = e.repeating()
	ticks := make([]history.Tick, int(levels)*n)
	var next [levels]history.Tick
	for l := range levels {
		e.soonest[l], ticks, next[l] = ticks[:n:n], ticks[n:], history.Never
	}
	for i := n - 1; i >= 0; i-- {
		w := &e.writers[i]
		for l := range levels {
			next[l] = min(next[l], x.commits[w.commit].belongs(l))
			e.soonest[l][i] = next[l]
		}
		if !w.delete && e.loaded && bytes.Equal(w.value, e.value) && x.repeated == "" {
			x.repeated = describe(x.commits[w.commit].op) + " wrote the value that " + KeyText(e.key) +
				" had at the start: they cannot be told apart"
		}
	}
}

// raiseBarriers determines when commits become as safe as synced ones without having been synced themselves. A sync
// without writes does that for all commits acknowledged before it was called, and so does closing the store, if the
// close syncs. A close covers only commits of its own session: a later session that only reads has nothing to make
// durable.
func (x *index) raiseBarriers() {
	var barriers, closes []*history.Op
	var opened []history.Tick // by position in closes: when that session began
	since := history.Tick(0)
	for i := range x.ops {
		switch op := &x.ops[i]; {
		case op.Outcome != history.Acked:
		case op.Kind == history.Open:
			since = op.Call
		case op.Durability != history.Sync:
		case op.Kind == history.Barrier:
			barriers = append(barriers, op)
		case op.Kind == history.Close:
			closes, opened = append(closes, op), append(opened, since)
		}
	}
	soonest := make([]history.Tick, len(barriers)+1) // by position: the earliest answer to that barrier or a later one
	soonest[len(barriers)] = history.Never
	for i := len(barriers) - 1; i >= 0; i-- {
		soonest[i] = min(soonest[i+1], barriers[i].Return)
	}
	for i := range x.commits {
		c := &x.commits[i]
		if c.level == unacked {
			continue
		}
		c.kept = soonest[calledAfter(barriers, c.op.Return)]
		if n := calledAfter(closes, c.op.Return); n < len(closes) && opened[n] < c.call {
			c.kept = min(c.kept, closes[n].Return)
		}
	}
}

// calledAfter returns the position of the first operation that was called after a tick.
func calledAfter(ops []*history.Op, t history.Tick) int {
	return sort.Search(len(ops), func(n int) bool { return ops[n].Call > t })
}

// repeating reports whether some value of the entry does not identify its writer.
func (e *entry) repeating() bool {
	known := make(map[string]bool, len(e.writers)+1)
	if e.loaded {
		known[string(e.value)] = true
	}
	for i := range e.writers {
		if w := &e.writers[i]; !w.delete {
			if known[string(w.value)] {
				return true
			}
			known[string(w.value)] = true
		}
	}
	return false
}

// reachOf returns the commits of level l in order of done.
func (x *index) reachOf(l level) []reach {
	var all []reach
	for i := range x.commits {
		if c := &x.commits[i]; c.belongs(l) != history.Never {
			all = append(all, reach{done: c.belongs(l), call: c.call, commit: int32(i)})
		}
	}
	slices.SortFunc(all, func(a, b reach) int { return cmp.Compare(a.done, b.done) })
	for i := 1; i < len(all); i++ {
		if all[i-1].call > all[i].call {
			all[i].call, all[i].commit = all[i-1].call, all[i-1].commit
		}
	}
	return all
}
