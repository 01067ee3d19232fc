package sequencer

import (
	"runtime"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// Hand waits until every commit up to need has been handed to the operating system. One goroutine writes for all
// commits appended by then. It first yields to let others append theirs: a write call costs as much as a commit, and
// one write serves them all.
func (s *Sequencer) Hand(need key.Seq) error {
	if s.written.Load() >= uint64(need) {
		return nil
	}
	runtime.Gosched()
	for range s.yields {
		if s.written.Load() >= uint64(need) {
			return nil
		}
		if s.handing.TryLock() {
			defer s.handing.Unlock()
			return s.write(need)
		}
		runtime.Gosched()
	}
	s.handing.Lock()
	defer s.handing.Unlock()
	return s.write(need)
}

// write must be called with handing held.
func (s *Sequencer) write(need key.Seq) error {
	if s.written.Load() >= uint64(need) {
		return nil
	}
	last := s.Newest() // read before the log; commits of an earlier log are already written
	s.logs.Lock()
	log := s.logs.current
	s.logs.Unlock()
	if err := log.Flush(); err != nil {
		return s.fail(err)
	}
	advance(&s.written, last)
	return nil
}

// Spill hands a log that has gathered much to the operating system. If that fails, everyone waiting for it gets the
// error.
func (s *Sequencer) Spill(log *wal.Writer) {
	if err := log.Spill(); err != nil {
		_ = s.fail(err)
	}
}

// sync waits until every commit up to need is durable.
func (s *Sequencer) sync(need key.Seq) error {
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
			s.changed.Wait()
		default:
			s.lead()
		}
	}
	return nil
}

// lead syncs everything that has been appended. It is called with mu held and releases it during the sync.
func (s *Sequencer) lead() {
	s.syncing = true
	s.groups++
	s.mu.Unlock()
	last, err := s.syncLogs()
	if err == nil {
		advance(&s.written, last)
		advance(&s.durable, last)
		s.publish()
	}
	if err != nil {
		_ = s.fail(err)
	}
	s.mu.Lock()
	s.syncing = false
	s.changed.Broadcast()
}

// syncLogs syncs the logs, oldest first, and returns the last commit that is then durable. From then on the current log
// proves that the earlier ones are durable in full.
func (s *Sequencer) syncLogs() (key.Seq, error) {
	s.leading.Lock()
	defer s.leading.Unlock()
	last := s.Newest() // read before the logs, so that this commit is in one of them
	if s.durable.Load() >= uint64(last) {
		return last, nil // a flush was faster and has closed the log
	}
	s.logs.Lock()
	log, behind := s.logs.current, slices.Clone(s.logs.behind)
	s.logs.Unlock()
	for _, earlier := range behind {
		if err := earlier.Sync(); err != nil {
			return 0, err
		}
	}
	if len(behind) > 0 {
		log.Mark()
	}
	if err := log.Sync(); err != nil {
		return 0, err
	}
	s.logs.Lock()
	defer s.logs.Unlock()
	s.logs.behind = s.logs.behind[len(behind):]
	return last, nil
}

// fail records the first error, wakes the waiting goroutines and returns it. They get the error only once nothing can
// become visible any more; otherwise a failed commit could still become visible when an earlier one is inserted.
func (s *Sequencer) fail(err error) error {
	s.stopped.Store(true)
	for s.calls.Load() > 0 { // a running publish may not have seen stopped; it never blocks
		runtime.Gosched()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		s.failed = err
	}
	s.changed.Broadcast()
	return s.failed
}

func (s *Sequencer) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}
