package program

import (
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Tape records a run of a program: its disk, which starts empty, and its acknowledgements, on one clock. Its methods are safe
// for concurrent use.
type Tape struct {
	FS    *faultfs.FS
	rules []*faultfs.Rule
	mu    sync.Mutex
	now   uint64
	acks  []Ack

	settled uint64 // see Recording.Settled
	refused []string

	whole *WholeDisk

	operating sync.Mutex // held by From
	origins   []origin   // oldest first
}

// origin says which stack the operations after tick from, up to tick to, come from.
type origin struct {
	from, to uint64
	stack    int
}

// NewTape returns a tape whose disk injects the given faults.
func NewTape(rules ...*faultfs.Rule) *Tape {
	t := &Tape{rules: rules}
	t.FS = faultfs.New(faultfs.Options{Tick: t.tick, Rules: rules})
	t.whole = NewWholeDisk(t.FS)
	return t
}

func (t *Tape) tick() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now++
	return t.now
}

// Ack records that the program has just written an acknowledgement.
func (t *Tape) Ack(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now++
	t.acks = append(t.acks, Ack{t.now, line})
}

// From calls operate, which makes operations on the disk, and records the number of the stack that asked for them. Such
// calls take place one at a time.
func (t *Tape) From(stack int, operate func()) {
	t.operating.Lock()
	defer t.operating.Unlock()
	o := origin{from: t.FS.Now(), stack: stack}
	operate()
	if o.to = t.FS.Now(); o.to > o.from {
		t.origins = append(t.origins, o)
	}
}

// SyncAll syncs the whole disk, as sync(2) does.
func (t *Tape) SyncAll() error { return t.whole.SyncAll() }

// Origins returns the number of the stack of each operation of a trace, or 0 where it is unknown.
func (t *Tape) Origins(trace []faultfs.Op) []int {
	t.operating.Lock()
	defer t.operating.Unlock()
	of, rest := make([]int, len(trace)), t.origins
	for i := range trace {
		for len(rest) > 0 && rest[0].to < trace[i].Tick {
			rest = rest[1:]
		}
		if len(rest) > 0 && trace[i].Tick > rest[0].from {
			of[i] = rest[0].stack
		}
	}
	return of
}

// Refuse records that the program asked for something that the disk does not support.
func (t *Tape) Refuse(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !slices.Contains(t.refused, what) {
		t.refused = append(t.refused, what)
	}
}

// Refused returns what was refused, worded as the end of a sentence about how the program failed; it is empty if nothing was.
func (t *Tape) Refused() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.refused) == 0 {
		return ""
	}
	return "; it had asked for " + strings.Join(t.refused, "; and for ")
}

// Recording returns what has been recorded so far.
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

// Settle ends the preparation of a run: it makes everything on the disk durable, and crash points begin after it. From then on
// the disk injects the given faults instead of those of NewTape.
func (t *Tape) Settle(rules ...*faultfs.Rule) error {
	if err := MakeDurable(t.FS); err != nil {
		return err
	}
	t.mu.Lock()
	t.rules, t.settled = rules, t.now
	t.mu.Unlock()
	t.FS.SetRules(rules...)
	return nil
}

// MakeDurable syncs everything on a disk.
func MakeDurable(fs *faultfs.FS) error { return Visit(fs, syncing{fs}) }

// syncing is a Visitor that syncs everything it visits.
type syncing struct{ fs *faultfs.FS }

func (s syncing) Dir(_ string, ino faultfs.Ino) error { return s.sync(ino) }
func (s syncing) Symlink(string, string) error        { return nil } // durable with its directory
func (s syncing) Link(string, string) error           { return nil }
func (s syncing) Xattr(string, string, []byte) error  { return nil } // durable with its file or directory

func (s syncing) File(_ string, ino faultfs.Ino, _ int64, _ iter.Seq2[int64, []byte]) error {
	return s.sync(ino)
}

func (s syncing) sync(ino faultfs.Ino) error {
	i, _ := s.fs.Inode(ino) // the visit has just led there
	return syncInode(i)
}
