package sequencer

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/limits"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// Durability is what must be true before a commit is acknowledged.
type Durability uint8

// The durabilities, strongest first.
const (
	Sync     Durability = iota // on disk
	NoSync                     // handed to the operating system
	Buffered                   // in memory only
)

// Sequencer says which commits may be read, which are written and which are on disk. Commits are appended in order of
// their sequence numbers; each then waits for what its durability demands, and becomes visible after all before it.
//
// Commits that wait for the disk elect a leader, which syncs once for all commits appended by then. Meanwhile others go
// on appending, and wait for the next leader. They share writes in the same way.
//
// A full log is written, not synced: the next sync covers the earlier logs first. Then the current log gets a mark, which
// proves that all logs before it were durable; so does any chunk written after a sync. Where a log ends before the next
// one begins, recovery (DB.replay) looks for such a proof from there on. If there is none, and the log that the next one
// names as its predecessor is there, nothing after the gap was acknowledged with Sync, and it is dropped. Otherwise the
// gap is damage.
type Sequencer struct {
	visible atomic.Uint64 // every commit up to here may be read
	written atomic.Uint64 // every commit up to here is handed to the operating system
	durable atomic.Uint64 // every commit up to here is on disk

	appended atomic.Uint64 // the newest commit; written under DB.commitMu
	demanded demands       // what all commits so far demand; guarded by DB.commitMu

	queue    []pending     // a ring of the commits that are not visible yet; nil before the first, then a power of two
	mask     uint64        // what takes the number of a commit to its place in the ring
	head     uint64        // the oldest commit in the ring; owned by the goroutine that publishes
	tail     atomic.Uint64 // the end of the ring; written under DB.commitMu
	pending  int           // how many commits may be under way at once; the next one waits for the oldest
	yields   int           // how often a commit lets other goroutines run before it sleeps
	calls    atomic.Int64  // calls of publish that have not been served yet
	sleeping atomic.Int64  // how many goroutines wait for changed

	handing sync.Mutex // held while the log is flushed
	leading sync.Mutex // held while logs are synced or closed
	logs    struct {
		sync.Mutex
		current *wal.Writer   // the one that commits are appended to
		behind  []*wal.Writer // earlier ones that may not be on disk as a whole, oldest first
	}

	stopped atomic.Bool // nothing becomes visible any more; set before failed is

	mu      sync.Mutex
	changed sync.Cond // visible or durable moved on, or failed is set
	syncing bool      // a leader is at work
	failed  error     // the error of the first write or sync that failed
	groups  int64     // see SyncGroups
}

// demands are the commits that must be written, or durable, before a commit may be visible.
type demands struct{ written, durable key.Seq }

// pending is a commit that is not visible yet.
type pending struct {
	last     key.Seq
	need     demands
	inserted atomic.Bool // the memtable has it
}

// Ticket is what a commit waits for.
type Ticket struct {
	last key.Seq // the last sequence number that must become visible
	need demands
	slot *pending // nil if there is nothing to become visible
}

// Start sets the last sequence number that recovery found. Everything up to it is visible, and nobody ever waits for
// it: before the first commit, it is moved to tables.
func (s *Sequencer) Start(last key.Seq, l limits.Limits) {
	s.changed.L = &s.mu
	s.pending, s.yields = int(l.PendingCommits), int(l.CommitYields)
	for _, mark := range []*atomic.Uint64{&s.appended, &s.visible, &s.written, &s.durable} {
		mark.Store(uint64(last))
	}
}

// Open makes a log the one that commits are appended to. The log before has been written as a whole, so a killed
// process cannot lose its commits and keep one of the new log. A power cut can do that: recovery then drops the new
// log, which holds nothing that was acknowledged with Sync. The caller holds DB.commitMu.
func (s *Sequencer) Open(log *wal.Writer) {
	if s.queue == nil {
		s.queue, s.mask = make([]pending, s.pending), uint64(s.pending-1)
	}
	s.logs.Lock()
	defer s.logs.Unlock()
	switch {
	case s.durable.Load() < s.appended.Load():
		s.logs.behind = append(s.logs.behind, s.logs.current)
	case s.logs.current != nil:
		log.Mark() // all before are durable
	}
	s.logs.current = log
}

// Settled closes a log whose commits, up to last, are durable in tables.
func (s *Sequencer) Settled(log *wal.Writer, last key.Seq) error {
	s.leading.Lock()
	defer s.leading.Unlock()
	advance(&s.durable, last)
	s.publish()
	s.wake()
	s.logs.Lock()
	s.logs.behind = slices.DeleteFunc(s.logs.behind, func(l *wal.Writer) bool { return l == log })
	s.logs.Unlock()
	return log.Close()
}

// Room waits until one more commit can be pending. The caller holds DB.commitMu.
func (s *Sequencer) Room() error {
	return s.Show(s.queue[s.tail.Load()&s.mask].last)
}

// Append notes a commit that has been appended to the log, after Room. The caller holds DB.commitMu.
func (s *Sequencer) Append(last key.Seq, d Durability) Ticket {
	switch d {
	case Sync:
		s.demanded.durable = last
	case NoSync:
		s.demanded.written = last
	case Buffered:
	}
	s.appended.Store(uint64(last))
	tail := s.tail.Load()
	p := &s.queue[tail&s.mask]
	p.last, p.need = last, s.demanded
	p.inserted.Store(false)
	s.tail.Store(tail + 1)
	return Ticket{last, p.need, p}
}

// Barrier returns a ticket for everything appended so far, which must be as durable as d says.
func (s *Sequencer) Barrier(d Durability) Ticket {
	t := Ticket{last: s.Newest()}
	switch d {
	case Sync:
		t.need.durable = t.last
	case NoSync:
		t.need.written = t.last
	case Buffered:
	}
	return t
}

// Finish waits until a commit that the memtable has is visible, and as durable as it and those before it demand.
func (s *Sequencer) Finish(t Ticket) error {
	if t.slot != nil {
		t.slot.inserted.Store(true)
	}
	if err := s.Hand(t.need.written); err != nil {
		return err
	}
	if err := s.sync(t.need.durable); err != nil {
		return err
	}
	s.publish()
	return s.Show(t.last)
}
