package engine

import (
	"sync"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// sequencer says which commits may be read and which are on disk. Commits are appended in order of their sequence
// numbers; each then waits for what its durability demands, and becomes visible together with all before it.
//
// Committers that wait for the disk elect a leader: it syncs once for all that are appended by then, while others go on
// appending; those wait for the next leader.
type sequencer struct {
	visible atomic.Uint64 // every commit up to here may be read
	durable atomic.Uint64 // every commit up to here is on disk

	mu       sync.Mutex
	synced   sync.Cond
	log      *wal.Writer // that commits are appended to
	appended key.Seq
	demanded key.Seq // the newest commit that must be durable before it is visible
	syncing  bool
	failed   error // of the first sync
	groups   int64 // syncs
}

// start sets the last sequence number that recovery found. Everything up to it is visible, and none of it is ever
// waited for: before the first commit, it is moved to tables.
func (s *sequencer) start(last key.Seq) {
	s.synced.L = &s.mu
	s.appended = last
	s.visible.Store(uint64(last))
	s.durable.Store(uint64(last))
}

// ticket is what a commit waits for.
type ticket struct {
	last key.Seq // becomes visible
	need key.Seq // must be durable before
}

// append notes a commit that the log holds, and the log. The caller holds DB.commitMu.
func (s *sequencer) append(last key.Seq, log *wal.Writer, d Durability) ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log, s.appended = log, last
	if d == Sync {
		s.demanded = last
	}
	return ticket{last, s.demanded}
}

// barrier returns a ticket for everything appended so far.
func (s *sequencer) barrier() ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return ticket{s.appended, s.appended}
}

// catchUp waits until everything appended so far is visible, or never will be because its sync failed.
func (s *sequencer) catchUp() {
	s.mu.Lock()
	t := ticket{s.appended, s.demanded}
	s.mu.Unlock()
	_ = s.finish(t) // whose commit it is gets the error
}

// finish waits until the commit is as durable as it and those before it demand, and makes it visible.
func (s *sequencer) finish(t ticket) error {
	if err := s.wait(t.need); err != nil {
		return err
	}
	s.publish(t.last)
	return nil
}

func (s *sequencer) wait(need key.Seq) error {
	if s.durable.Load() >= uint64(need) {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.durable.Load() < uint64(need) {
		switch {
		case s.failed != nil:
			return s.failed
		case s.syncing:
			s.synced.Wait()
		default:
			s.lead()
		}
	}
	return nil
}

// lead syncs everything that is appended. It is called with mu held, and releases it while it syncs.
func (s *sequencer) lead() {
	log, last := s.log, s.appended
	s.syncing = true
	s.groups++
	s.mu.Unlock()
	err := log.Sync()
	s.mu.Lock()
	s.syncing = false
	if err != nil {
		s.failed = err
	} else {
		s.durable.Store(uint64(last))
		s.publish(last)
	}
	s.synced.Broadcast()
}

func (s *sequencer) publish(last key.Seq) {
	for {
		now := s.visible.Load()
		if now >= uint64(last) || s.visible.CompareAndSwap(now, uint64(last)) {
			return
		}
	}
}

func (s *sequencer) readable() key.Seq { return key.Seq(s.visible.Load()) }
