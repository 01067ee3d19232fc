package program

import (
	"errors"
	"iter"
	"os"
	"slices"
	"strings"
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

	settled uint64 // the tick by which everything was made durable before the run
	refused []string
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

// Refuse notes that the program has asked for what the disk does not have.
func (t *Tape) Refuse(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !slices.Contains(t.refused, what) {
		t.refused = append(t.refused, what)
	}
}

// Refused returns what was refused, as the end of a sentence about how the program failed.
func (t *Tape) Refused() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.refused) == 0 {
		return ""
	}
	return "; it had asked for " + strings.Join(t.refused, "; and for ")
}

// Recording returns what has happened so far.
func (t *Tape) Recording(way string, program []string) *Recording {
	trace := t.FS.Trace()
	t.mu.Lock()
	defer t.mu.Unlock()
	r := &Recording{Program: program, Way: way, Trace: trace, Acks: slices.Clip(t.acks), Settled: t.settled, Refused: slices.Clip(t.refused)}
	for _, rule := range t.rules {
		if rule.Hits() == 0 {
			r.Missed = append(r.Missed, rule.String())
		}
	}
	return r
}

// Settle ends the preparation of a run: everything on the disk becomes durable, and power is never cut before now. From now on
// the disk has the given faults.
func (t *Tape) Settle(rules ...*faultfs.Rule) error {
	if err := Visit(t.FS, syncing{t.FS}); err != nil {
		return err
	}
	t.mu.Lock()
	t.rules, t.settled = rules, t.now
	t.mu.Unlock()
	t.FS.SetRules(rules...)
	return nil
}

// syncing is a Visitor that syncs what it is told.
type syncing struct{ fs *faultfs.FS }

func (s syncing) Dir(_ string, ino faultfs.Ino) error { return s.sync(ino) }
func (s syncing) Symlink(string, string) error        { return nil } // durable with its directory
func (s syncing) Link(string, string) error           { return nil }

func (s syncing) File(_ string, ino faultfs.Ino, _ int64, _ iter.Seq2[int64, []byte]) error {
	return s.sync(ino)
}

func (s syncing) sync(ino faultfs.Ino) error {
	i, _ := s.fs.Inode(ino) // the visit has just led there
	f, err := i.Open(os.O_RDONLY)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
