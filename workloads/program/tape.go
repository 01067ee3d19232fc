package program

import (
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Tape records a run of a program: its disk, which is empty at first, and its acknowledgements on the clock of the disk. All
// methods may be called concurrently.
type Tape struct {
	FS    *faultfs.FS
	rules []*faultfs.Rule
	mu    sync.Mutex
	now   uint64
	acks  []Ack
}

// NewTape returns a tape whose disk has the given faults.
func NewTape(rules ...*faultfs.Rule) *Tape {
	t := &Tape{rules: rules}
	t.FS = faultfs.New(faultfs.Options{Tick: t.tick, Rules: rules})
	return t
}

func (t *Tape) tick() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now++
	return t.now
}

// Ack records a line that the program has written by now.
func (t *Tape) Ack(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now++
	t.acks = append(t.acks, Ack{t.now, line})
}

// Recording returns what has happened so far.
func (t *Tape) Recording(way string, program []string) *Recording {
	trace := t.FS.Trace()
	t.mu.Lock()
	defer t.mu.Unlock()
	r := &Recording{Program: program, Way: way, Trace: trace, Acks: slices.Clip(t.acks)}
	for _, rule := range t.rules {
		if rule.Hits() == 0 {
			r.Missed = append(r.Missed, rule.String())
		}
	}
	return r
}
