package checker

import (
	"bytes"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// bounds says what a view must and may contain.
type bounds struct {
	acked, called history.Tick
	must          level // commits of this level that were acknowledged by the tick acked must be there
	suffix        bool  // exactly the commits after some moment are missing
	atomic        bool  // commits are there completely or not at all
	atomicTxns    bool  // so are transactions, though not necessarily batches
}

// possible reports whether a writer may be seen.
func (b *bounds) possible(w *writer) bool { return w.call <= b.called || w.done <= b.acked }

// whole reports whether a commit must be there completely or not at all.
func (v *view) whole(commit int) bool {
	return v.atomic || v.atomicTxns && v.commits[commit].op.Kind == history.Txn
}

// What a key can show other than the value of a single writer.
const (
	atStart = -1 // what it held before the first operation, be it a value or nothing
	gone    = -2 // nothing, possibly because of a delete
	several = -3 // a value that several writers may have written
)

// shown is what one key of a view shows.
type shown struct {
	entry  int32
	writer int32 // position among the entry's writers, or atStart, gone or several
	// No write to the key that was called after the tick until can be in effect, because it would be visible.
	until history.Tick
}

// view is what somebody saw of a store at one moment: all of it after a crash, or what one operation read. It is
// scratch memory that is reused, and belongs to one index.
type view struct {
	*index
	bounds
	seen   []shown
	at     []int32 // by entry: 1 + position in seen, or 0
	in     []int32 // by commit: 1 + the entry which shows that the commit took effect, or 0
	listed []int32 // the commits that are in
	found  []finding
}

// views is a pool of views, so that judging a state allocates nothing.
type views struct{ pool sync.Pool }

func newViews(x *index) *views {
	return &views{pool: sync.Pool{New: func() any {
		return &view{index: x, at: make([]int32, len(x.entries)), in: make([]int32, len(x.commits))}
	}}}
}

func (p *views) get(b bounds) *view {
	v := p.pool.Get().(*view)
	v.bounds = b
	return v
}

func (p *views) put(v *view) {
	for _, s := range v.seen {
		v.at[s.entry] = 0
	}
	for _, c := range v.listed {
		v.in[c] = 0
	}
	v.seen, v.listed, v.found = v.seen[:0], v.listed[:0], nil
	p.pool.Put(v)
}

// value records that a key shows a value. If several writers may have written it, nothing follows about any one of
// them. It only follows that whatever was called after all of them had taken effect is not there.
func (v *view) value(k int, value []byte) {
	e := &v.entries[k]
	s := shown{entry: int32(k), writer: atStart}
	tooLate, candidates := -1, 0
	if e.loaded && bytes.Equal(e.value, value) {
		candidates++
	}
	for i := len(e.writers) - 1; i >= 0; i-- { // newest first: most keys show their latest value
		w := &e.writers[i]
		if w.delete || !bytes.Equal(w.value, value) {
			continue
		}
		if !v.possible(w) {
			tooLate = int(w.commit)
			continue
		}
		s.writer, s.until = int32(i), max(s.until, w.done)
		if candidates++; !e.repeats {
			break
		}
	}
	switch {
	case candidates == 0 && tooLate >= 0:
		v.find(finding{kind: early, entry: k, commit: tooLate})
	case candidates == 0:
		v.find(finding{kind: strange, entry: k, value: bytes.Clone(value)})
	case candidates > 1:
		s.writer = several
		v.add(s)
	case s.writer >= 0:
		v.add(s)
		v.include(e.writers[s.writer].commit, k)
	case len(e.writers) > 0:
		v.add(s)
	}
}

// absence records that a key shows nothing.
func (v *view) absence(k int) {
	e := &v.entries[k]
	if len(e.writers) == 0 && !e.loaded {
		return
	}
	s := shown{entry: int32(k), writer: atStart}
	candidates, last := 0, int32(0)
	for i := range e.writers {
		if w := &e.writers[i]; w.delete && v.possible(w) {
			s.writer, s.until = gone, max(s.until, w.done)
			candidates, last = candidates+1, w.commit
		}
	}
	if e.loaded && candidates == 0 {
		v.find(finding{kind: vanished, entry: k})
		return
	}
	v.add(s)
	if e.loaded && candidates == 1 {
		v.include(last, k)
	}
}

func (v *view) add(s shown) {
	v.seen = append(v.seen, s)
	if v.at[s.entry] == 0 {
		v.at[s.entry] = int32(len(v.seen))
	}
}

// include records that a commit took effect, and the key that shows it.
func (v *view) include(commit int32, by int) {
	if v.in[commit] == 0 {
		v.in[commit] = int32(by) + 1
		v.listed = append(v.listed, commit)
	}
}

func (v *view) find(f finding) { v.found = append(v.found, f) }

// missing returns a key which shows that a commit did not take effect, or -1.
func (v *view) missing(commit int) int {
	c := &v.commits[commit]
	for _, p := range c.writes {
		if at := v.at[p.entry]; at != 0 && v.seen[at-1].until < c.call {
			return int(p.entry)
		}
	}
	return -1
}
