package engine

import (
	"runtime"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// publishYields is how often a committer lets others run before it sleeps until they have come as far as it needs.
const publishYields = 20

// publish makes all commits visible that may be, in order. If another goroutine is at it, that one does it.
func (s *sequencer) publish() {
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

func (s *sequencer) publishReady() {
	for s.head < s.tail.Load() && !s.stopped.Load() {
		p := &s.queue[s.head%pendingMax]
		if !p.inserted.Load() || !s.fulfils(p.need) {
			return
		}
		s.head++
		s.visible.Store(uint64(p.last))
	}
}

func (s *sequencer) fulfils(d demands) bool {
	return s.written.Load() >= uint64(d.written) && s.durable.Load() >= uint64(d.durable)
}

// show waits until everything up to last is visible, or never will be.
func (s *sequencer) show(last key.Seq) error {
	for range publishYields {
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

// catchUp waits until everything appended so far is visible, or never will be because its sync failed.
func (s *sequencer) catchUp() {
	_ = s.show(s.newest()) // whose commit it is gets the error
}

// advance raises a mark that several goroutines may raise.
func advance(mark *atomic.Uint64, to key.Seq) {
	for {
		now := mark.Load()
		if now >= uint64(to) || mark.CompareAndSwap(now, uint64(to)) {
			return
		}
	}
}

func (s *sequencer) readable() key.Seq { return key.Seq(s.visible.Load()) }

func (s *sequencer) newest() key.Seq { return key.Seq(s.appended.Load()) }
