package hints

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Hint is an operation that was not yet durable at the acknowledgement that followed it. A hint is not a finding: the store
// may not need the operation to keep its promise.
type Hint struct {
	Sentence string `json:"sentence"`
	Ack      string `json:"ack"` // the first acknowledgement at which it was seen
	Tick     uint64 `json:"tick"`
	Source   string `json:"source,omitempty"` // source line of the store that issued the operation, such as "wal/writer.go:212", or what else is known of it
	Count    int    `json:"count"`            // number of acknowledgements at which it was seen
}

// Ack is an acknowledgement, on the clock of the disk.
type Ack struct {
	Tick uint64
	Text string
	Name string // name in sentences; empty: Text
}

// Run is one run of a store.
type Run struct {
	Trace []faultfs.Op // oldest first
	Acks  []Ack        // acknowledgements that must survive a power cut, oldest first
	Model faultfs.Model
	// Describe formats an operation without its tick. If it is nil, the format is that of faultfs.Op.String.
	Describe func(op *faultfs.Op) string
	// Alike returns a key for an operation. Operations with the same key that lack the same kind of sync share a hint.
	Alike func(op *faultfs.Op) string
	// Place returns the source line that issued an operation, and the line that called it. It may be nil.
	Place func(op *faultfs.Op) (source, from string)

	edits []*faultfs.Op // the operations that change names, which are few among many writes
}

// List collects the hints of any number of runs. The zero value is empty.
type List struct {
	all   []*Hint
	byKey map[string]*Hint
}

// Add adds the hints of a run: for each acknowledgement, the operations since the previous one that are not durable.
func (l *List) Add(run *Run) {
	line, last := faultfs.NewTimeline(faultfs.Recorded(run.Trace), run.Model, 0), uint64(0)
	run.edits = nil
	for i := range run.Trace {
		if op := &run.Trace[i]; len(op.Edits) > 0 {
			run.edits = append(run.edits, op)
		}
	}
	for _, ack := range run.Acks {
		seen := map[string]bool{}
		for _, op := range run.undurable(line.Advance(ack.Tick), last, ack.Tick) {
			if key := lacks(op) + "\x00" + run.Alike(op); !seen[key] {
				seen[key] = true
				l.count(key, run, ack, op)
			}
		}
		last = ack.Tick
	}
}

// count counts an acknowledgement for the hint with the given key, and creates the hint if it is new.
func (l *List) count(key string, run *Run, ack Ack, op *faultfs.Op) {
	if h := l.byKey[key]; h != nil {
		h.Count++
		return
	}
	if l.byKey == nil {
		l.byKey = map[string]*Hint{}
	}
	h := run.hint(ack, op)
	l.byKey[key], l.all = h, append(l.all, h)
}

// Hints returns the hints in the order in which they were first seen; never nil.
func (l *List) Hints() []Hint {
	all := make([]Hint, len(l.all))
	for i, h := range l.all {
		all[i] = *h
	}
	return all
}

// undurable returns the operations in the ticks (after, until] that are pending at a crash point, oldest first. It leaves out
// writes to files whose removal is durable, since they cannot affect any disk.
func (r *Run) undurable(point *faultfs.CrashPoint, after, until uint64) []*faultfs.Op {
	pending := map[uint64]bool{}
	for _, p := range point.Ops() {
		pending[p.Tick] = true
	}
	var ops []*faultfs.Op
	for i := r.after(after); i < len(r.Trace) && r.Trace[i].Tick <= until; i++ {
		op := &r.Trace[i]
		if pending[op.Tick] && (len(op.Edits) > 0 || r.named(op.Ino, until, pending)) {
			ops = append(ops, op)
		}
	}
	return ops
}

// after returns the index of the first operation after a tick.
func (r *Run) after(tick uint64) int {
	i, _ := slices.BinarySearchFunc(r.Trace, tick+1, func(op faultfs.Op, tick uint64) int { return cmp.Compare(op.Tick, tick) })
	return i
}

// named reports whether a file may have a name after a power cut at tick until. pending has the ticks of pending operations.
func (r *Run) named(file faultfs.Ino, until uint64, pending map[uint64]bool) bool {
	type name struct {
		parent faultfs.Ino
		name   string
	}
	names := map[name]bool{}
	for _, op := range r.edits {
		if op.Tick > until {
			break
		}
		for _, e := range op.Edits {
			switch n := (name{e.Parent, e.Name}); {
			case e.Ino == file:
				names[n] = true
			case !pending[op.Tick]:
				delete(names, n)
			}
		}
	}
	return len(names) > 0
}

// lacks says which sync would have made an operation durable.
func lacks(op *faultfs.Op) string {
	switch {
	case len(op.Edits) > 1 && op.Edits[0].Parent != op.Edits[1].Parent:
		return "its directories were not synced after it"
	case len(op.Edits) > 0:
		return "its directory was not synced after it"
	}
	return "the file was not synced after it"
}

// hint returns the hint that op is not durable at ack.
func (r *Run) hint(ack Ack, op *faultfs.Op) *Hint {
	h := &Hint{Ack: ack.Text, Tick: op.Tick, Count: 1}
	where := fmt.Sprintf("operation %d", op.Tick)
	if r.Place != nil {
		var from string
		if h.Source, from = r.Place(op); h.Source != "" {
			where += ", " + h.Source
		}
		if from != "" {
			where += " from " + from
		}
	}
	kind, path, _ := strings.Cut(r.describe(op), " ")
	h.Sentence = fmt.Sprintf("%s: the %s of %s (%s) is not durable: %s", cmp.Or(ack.Name, ack.Text), kind, path, where, lacks(op))
	return h
}

// describe formats an operation without its tick.
func (r *Run) describe(op *faultfs.Op) string {
	if r.Describe != nil {
		return r.Describe(op)
	}
	_, text, _ := strings.Cut(op.String(), " ")
	return text
}
