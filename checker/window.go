package checker

import (
	"bytes"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Values of cells are small numbers. Equal values of one key have equal numbers.
const (
	nothing = int32(0)  // the key is absent; positive numbers are positions of writers, counted from 1
	loaded  = int32(-1) // the value that the key had at the start
	foreign = int32(-2) // a value that nobody wrote; no key can hold it
)

// cell is one key together with one value that a step reads or writes.
type cell struct{ entry, value int32 }

// step is an operation, or the part of one that concerns some keys, as seen by the search for an order. It reads all
// its cells and then writes all its cells, at one moment between call and done.
type step struct {
	op            *history.Op // nil for the recovered state
	reads, writes []cell
	acts          []act // instead of cells, for a key that is judged by its values
	call, done    history.Tick
}

// window is the part of a history between two moments at which the whole store was scanned while nothing else was in
// flight.
type window struct {
	start []int32 // by entry, what the key held at the beginning
	steps []step  // in order of call; the last one may read every key
}

// timeline is a history divided into windows.
type timeline struct {
	*index
	values  []map[string]int32 // by entry; built when first needed
	windows []window
}

// newTimeline divides a history at its quiet full scans. Such a scan is the last step of its window, and what it saw
// is the start of the next. If final is not nil, it is what was read when everything was over.
func newTimeline(x *index, final *history.State) *timeline {
	ops := x.ops
	t := &timeline{index: x, values: make([]map[string]int32, len(x.entries))}
	now := window{start: make([]int32, len(x.entries))}
	for k := range x.entries {
		if x.entries[k].loaded {
			now.start[k] = loaded
		}
	}
	var idle history.Tick // the tick of the latest answer so far
	for i := range ops {
		s := t.step(&ops[i])
		if len(s.reads)+len(s.writes) > 0 {
			now.steps = append(now.steps, s)
		}
		quiet := idle < ops[i].Call && (i+1 == len(ops) || ops[i].Return < ops[i+1].Call)
		if ops[i].Return != history.Never {
			idle = max(idle, ops[i].Return)
		}
		if quiet && isFullScan(&ops[i]) {
			t.windows = append(t.windows, now)
			now = window{start: heldAfter(&s, len(x.entries))}
		}
	}
	if final != nil {
		now.steps = append(now.steps, t.recovered(final, idle))
	}
	t.windows = append(t.windows, now)
	return t
}

func isFullScan(op *history.Op) bool {
	return op.Scans() && op.Outcome == history.Acked && len(op.ScanFrom)+len(op.ScanTo) == 0
}

// heldAfter returns what every key held according to a step that read all of them.
func heldAfter(s *step, entries int) []int32 {
	held := make([]int32, entries)
	for _, c := range s.reads {
		held[c.entry] = c.value
	}
	return held
}

// step returns an operation as a step. A rejected operation has no place in any order. It is unknown what an
// unanswered one read.
func (t *timeline) step(op *history.Op) step {
	s := step{op: op, call: op.Call, done: history.Never}
	if op.Outcome == history.Rejected {
		return s
	}
	for _, w := range op.Writes {
		k, _ := t.lookup(w.Key)
		c := cell{entry: int32(k)}
		if !w.Delete {
			c.value = t.valueOf(k, w.Value)
		}
		s.writes = append(s.writes, c)
	}
	if op.Outcome != history.Acked {
		return s
	}
	s.done = op.Return
	if op.Scans() {
		s.reads = t.scanned(op)
		return s
	}
	for i := range op.Reads {
		read := &op.Reads[i]
		k, known := t.lookup(read.Key)
		w, ordered := wroteBefore(op, i)
		if !known || own(op, read) && (!ordered || w != nil && own(&history.Op{Writes: []history.Write{*w}}, read)) {
			continue // what it wrote itself, or a key that nobody wrote; invented checks the latter
		}
		c := cell{entry: int32(k)}
		switch {
		case w != nil:
			c.value = foreign // it should have found what it wrote itself, but did not
		case read.Found:
			c.value = t.valueOf(k, read.Value)
		}
		s.reads = append(s.reads, c)
	}
	return s
}

// wroteBefore returns the last write to the key of an operation's i-th read that came before that read, or nil.
// Ordered is false if the operation does not record the order of its reads and writes.
func wroteBefore(op *history.Op, i int) (w *history.Write, ordered bool) {
	if len(op.Order) != len(op.Reads)+len(op.Writes) || strings.Count(op.Order, "w") != len(op.Writes) {
		return nil, false
	}
	reads, writes := 0, 0
	for _, what := range []byte(op.Order) {
		switch {
		case what == 'w':
			if bytes.Equal(op.Writes[writes].Key, op.Reads[i].Key) {
				w = &op.Writes[writes]
			}
			writes++
		case reads == i:
			return w, true
		default:
			reads++
		}
	}
	return w, true
}

// scanned returns a cell for every key in the range of a scan, found or not.
func (t *timeline) scanned(op *history.Op) []cell {
	first, _ := t.lookup(op.ScanFrom)
	end := len(t.entries)
	if len(op.ScanTo) > 0 {
		end, _ = t.lookup(op.ScanTo)
	}
	cells := make([]cell, max(0, end-first))
	for i := range cells {
		cells[i].entry = int32(first + i)
	}
	for i := range op.Reads {
		if k, known := t.lookup(op.Reads[i].Key); known && k >= first && k < end {
			cells[k-first].value = t.valueOf(k, op.Reads[i].Value)
		}
	}
	return cells
}

// recovered returns a step that reads everything after the last answer.
func (t *timeline) recovered(state *history.State, idle history.Tick) step {
	if n := len(t.ops); n > 0 {
		idle = max(idle, t.ops[n-1].Call)
	}
	s := step{call: idle + 1, done: idle + 2, reads: make([]cell, len(t.entries))}
	for k := range s.reads {
		s.reads[k].entry = int32(k)
	}
	for key, value := range state.All() {
		if k, known := t.lookup(key); known {
			s.reads[k].value = t.valueOf(k, value)
		}
	}
	return s
}

// valueOf returns the number of a value of an entry.
func (t *timeline) valueOf(k int, value []byte) int32 {
	e := &t.entries[k]
	if t.values[k] == nil {
		t.values[k] = make(map[string]int32, len(e.writers))
		for i := range e.writers {
			if !e.writers[i].delete {
				t.values[k][string(e.writers[i].value)] = int32(i) + 1
			}
		}
	}
	if id, known := t.values[k][string(value)]; known {
		return id
	}
	if e.loaded && bytes.Equal(e.value, value) {
		return loaded
	}
	return foreign
}
