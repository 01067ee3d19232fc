package sequencer

import (
	"runtime"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// publish makes visible, in order, all commits that are ready. If another goroutine is already doing so, that one does
// the work.
func (s *Sequencer) publish() {
	if s.calls.Add(1) > 1 {
		return
	}
	for calls := int64(1); ; calls = s.calls.Load() {
		s.publishReady()
		if s.calls.CompareAndSwap(calls, 0) {
			break
		}
	}
	if s.sleeping.Load() > 0 {
		s.wake()
	}
}

func (s *Sequencer) publishReady() {
	for s.head < s.tail.Load() && !s.stopped.Load() {
		p := &s.queue[s.head&s.mask]
		if !p.inserted.Load() || !s.fulfils(p.need) {
			return
		}
		s.head++
		s.visible.Store(uint64(p.last))
	}
}

func (s *Sequencer) fulfils(d demands) bool {
	return s.written.Load() >= uint64(d.written) && s.durable.Load() >= uint64(d.durable)
}

// Show waits until everything up to last is visible. An error means that this will never happen.
func (s *Sequencer) Show(last key.Seq) error {
	for range s.yields {
		if s.visible.Load() >= uint64(last) {
			return nil
		}
		runtime.Gosched()
	}
	s.sleeping.Add(1)
	defer s.sleeping.Add(-1)
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.visible.Load() < uint64(last) {
		if s.failed != nil {
			return s.failed
		}
		s.changed.Wait()
	}
	return nil
}

// CatchUp waits until everything appended so far is visible, or known never to become so.
func (s *Sequencer) CatchUp() {
	_ = s.Show(s.Newest()) // the commit concerned returns the error
}

// advance raises a mark that other goroutines may be raising at the same time.
func advance(mark *atomic.Uint64, to key.Seq) {
	for {
		now := mark.Load()
		if now >= uint64(to) || mark.CompareAndSwap(now, uint64(to)) {
			return
		}
	}
}

// Readable returns the sequence number of the newest visible commit.
func (s *Sequencer) Readable() key.Seq { return key.Seq(s.visible.Load()) }

// Newest returns the sequence number of the newest appended commit.
func (s *Sequencer) Newest() key.Seq { return key.Seq(s.appended.Load()) }

// SyncGroups returns how many times a leader synced the logs for all waiting commits.
func (s *Sequencer) SyncGroups() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.groups
}

// OnDisk returns the newest commit that is known to be on disk, together with all before it.
func (s *Sequencer) OnDisk() key.Seq { return key.Seq(s.durable.Load()) }
