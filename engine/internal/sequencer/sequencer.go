package sequencer

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/limits"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// Durability says what must have happened before a commit is acknowledged.
type Durability uint8

// The durabilities, strongest first.
const (
	Sync     Durability = iota // on disk
	NoSync                     // handed to the operating system
	Buffered                   // in memory only
)

// Sequencer tracks which commits may be read, which are written and which are on disk. Commits are appended in the
// order of their sequence numbers. Each then waits for what its durability demands and becomes visible after all
// earlier ones.
//
// Commits that wait for the disk elect a leader, which syncs once for all commits appended by then. Meanwhile others go
// on appending and wait for the next leader. They share writes in the same way.
//
// A full log is written but not synced; the next sync covers the earlier logs first. Then the current log gets a mark,
// which proves that all logs before it are durable, as does any chunk written after a sync. If commits are missing
// between the end of one log and the beginning of the next, recovery (DB.replay) looks for such a proof in the logs
// after the gap. If it finds none, and the log that the next one names as its predecessor exists, nothing after the gap
// was acknowledged with Sync, and all of it is dropped. Otherwise the gap is damage.
type Sequencer struct {
	visible atomic.Uint64 // every commit up to here may be read
	written atomic.Uint64 // every commit up to here has been handed to the operating system
	durable atomic.Uint64 // every commit up to here is on disk

	appended atomic.Uint64 // the newest commit; written under DB.commitMu
	demanded demands       // the combined demands of all commits so far; guarded by DB.commitMu

	queue    []pending     // ring of the commits that are not visible yet; nil before the first; its length is a power of two
	mask     uint64        // masks the index of a commit to its slot in the ring
	head     uint64        // oldest commit in the ring; owned by the publishing goroutine
	tail     atomic.Uint64 // end of the ring; written under DB.commitMu
	pending  int           // most commits under way at once; the next one waits for the oldest
	yields   int           // times that a commit yields to other goroutines before it sleeps
	calls    atomic.Int64  // calls of publish not served yet
	sleeping atomic.Int64  // number of goroutines waiting for changed

	handing sync.Mutex // held while the log is flushed
	leading sync.Mutex // held while logs are synced or closed
	logs    struct {
		sync.Mutex
		current *wal.Writer   // the log that commits are appended to
		behind  []*wal.Writer // earlier logs that may not be on disk in full, oldest first
	}

	stopped atomic.Bool // nothing more becomes visible; set before failed

	mu      sync.Mutex
	changed sync.Cond // visible or durable advanced, or failed was set
	syncing bool      // a leader is syncing
	failed  error     // error of the first failed write or sync
	groups  int64     // see SyncGroups
}

// demands are the commits that must be written, or durable, before a commit may be visible.
type demands struct{ written, durable key.Seq }

// pending is a commit that is not visible yet.
type pending struct {
	last     key.Seq
	need     demands
	inserted atomic.Bool // it is in the memtable
}

// Ticket says what a commit waits for.
type Ticket struct {
	last key.Seq // the last sequence number that must become visible
	need demands
	slot *pending // nil if there is nothing to make visible
}

// Start sets the last sequence number found by recovery. Everything up to it is visible and needs no waiting, because
// it is moved to tables before the first commit.
func (s *Sequencer) Start(last key.Seq, l limits.Limits) {
	s.changed.L = &s.mu
	s.pending, s.yields = int(l.PendingCommits), int(l.CommitYields)
	for _, mark := range []*atomic.Uint64{&s.appended, &s.visible, &s.written, &s.durable} {
		mark.Store(uint64(last))
	}
}

// Open makes log the one to which commits are appended. The previous log has been written in full, so a killed process
// cannot lose its commits and keep one of the new log. A power cut can. Recovery then drops the new log, which holds
// nothing acknowledged with Sync. The caller holds DB.commitMu.
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
		log.Mark() // all earlier logs are durable
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

// Append registers a commit that has been appended to the log. Room must have been called. The caller holds
// DB.commitMu.
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

// Barrier returns a ticket for everything appended so far, to be made as durable as d says.
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

// Finish waits until a commit that is in the memtable is visible, and as durable as it and those before it demand.
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
