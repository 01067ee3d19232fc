package engine

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

const (
	// pendingMax is how many commits may be on their way at once; a power of two. The next one waits for the oldest.
	pendingMax = 1 << 9
	// publishYields is how often a committer lets others run before it sleeps until they have come as far as it needs.
	publishYields = 20
	// handYields is the same for those who wait while another one writes.
	handYields = 20
)

// sequencer says which commits may be read, which are written and which are on disk. Commits are appended in order of
// their sequence numbers; each then waits for what its durability demands, and becomes visible after all before it.
//
// Committers that wait for the disk elect a leader: it syncs once for all that are appended by then, while others go on
// appending; those wait for the next leader.
type sequencer struct {
	visible atomic.Uint64 // every commit up to here may be read
	written atomic.Uint64 // every commit up to here is handed to the operating system
	durable atomic.Uint64 // every commit up to here is on disk

	appended atomic.Uint64 // the newest commit; written under DB.commitMu
	demanded demands       // of all commits so far; guarded by DB.commitMu

	queue    []pending     // a ring of the commits that are not visible yet; nil before the first
	head     uint64        // of the ring; owned by who publishes
	tail     atomic.Uint64 // written under DB.commitMu
	calls    atomic.Int64  // of publish that are to be answered
	sleeping atomic.Int64  // how many wait for changed

	handing sync.Mutex // held while the log is flushed
	leading sync.Mutex // held while logs are synced or closed
	logs    struct {
		sync.Mutex
		current *wal.Writer   // that commits are appended to
		behind  []*wal.Writer // earlier ones that may not be on disk as a whole, oldest first
	}

	stopped atomic.Bool // nothing becomes visible any more; set before failed is

	mu      sync.Mutex
	changed sync.Cond // visible or durable moved on, or failed is set
	syncing bool      // somebody leads
	failed  error     // of the first write or sync that failed
	groups  int64     // syncs
}

// demands are the commits that must be written, or durable, before a commit may be visible.
type demands struct{ written, durable key.Seq }

// pending is a commit that is not visible yet.
type pending struct {
	last     key.Seq
	need     demands
	inserted atomic.Bool // the memtable has it
}

// ticket is what a commit waits for.
type ticket struct {
	last key.Seq // becomes visible
	need demands
	slot *pending // nil if there is nothing to become visible
}

// start sets the last sequence number that recovery found. Everything up to it is visible, and none of it is ever
// waited for: before the first commit, it is moved to tables.
func (s *sequencer) start(last key.Seq) {
	s.changed.L = &s.mu
	for _, mark := range []*atomic.Uint64{&s.appended, &s.visible, &s.written, &s.durable} {
		mark.Store(uint64(last))
	}
}

// open makes a log the one that commits are appended to. The one before is written as a whole, so a killed process
// cannot lose its commits and keep one of the new log. A power cut can: recovery then drops the new log, which holds
// nothing that was acknowledged with Sync. The caller holds DB.commitMu.
func (s *sequencer) open(log *wal.Writer) {
	if s.queue == nil {
		s.queue = make([]pending, pendingMax)
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

// settled closes a log whose commits, up to last, are durable in tables.
func (s *sequencer) settled(log *wal.Writer, last key.Seq) error {
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

// room waits until one more commit can be pending. The caller holds DB.commitMu.
func (s *sequencer) room() error {
	return s.show(s.queue[s.tail.Load()%pendingMax].last)
}

// append notes a commit that the log has got, after room. The caller holds DB.commitMu.
func (s *sequencer) append(last key.Seq, d Durability) ticket {
	switch d {
	case Sync:
		s.demanded.durable = last
	case NoSync:
		s.demanded.written = last
	case Buffered:
	}
	s.appended.Store(uint64(last))
	tail := s.tail.Load()
	p := &s.queue[tail%pendingMax]
	p.last, p.need = last, s.demanded
	p.inserted.Store(false)
	s.tail.Store(tail + 1)
	return ticket{last, p.need, p}
}

// barrier returns a ticket for everything appended so far, which must be as durable as d says.
func (s *sequencer) barrier(d Durability) ticket {
	t := ticket{last: s.newest()}
	switch d {
	case Sync:
		t.need.durable = t.last
	case NoSync:
		t.need.written = t.last
	case Buffered:
	}
	return t
}

// catchUp waits until everything appended so far is visible, or never will be because its sync failed.
func (s *sequencer) catchUp() {
	_ = s.show(s.newest()) // whose commit it is gets the error
}

// finish waits until the commit, which the memtable has, is as durable as it and those before it demand, and visible.
func (s *sequencer) finish(t ticket) error {
	if t.slot != nil {
		t.slot.inserted.Store(true)
	}
	if err := s.hand(t.need.written); err != nil {
		return err
	}
	if err := s.sync(t.need.durable); err != nil {
		return err
	}
	s.publish()
	return s.show(t.last)
}

// hand waits until every commit up to need is written. Whoever comes first writes for all that are appended by then. It
// lets others run before it does: a write costs as much as a commit, and they need one, too.
func (s *sequencer) hand(need key.Seq) error {
	if s.written.Load() >= uint64(need) {
		return nil
	}
	runtime.Gosched()
	for range handYields {
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

// write is called with handing held.
func (s *sequencer) write(need key.Seq) error {
	if s.written.Load() >= uint64(need) {
		return nil
	}
	last := s.newest() // before the log: those of an earlier log are written
	s.logs.Lock()
	log := s.logs.current
	s.logs.Unlock()
	if err := log.Flush(); err != nil {
		return s.fail(err)
	}
	advance(&s.written, last)
	return nil
}

// spill hands a log that has gathered much to the operating system. If that fails, nobody waits for it in vain.
func (s *sequencer) spill(log *wal.Writer) {
	if err := log.Spill(); err != nil {
		_ = s.fail(err)
	}
}

// sync waits until every commit up to need is durable.
func (s *sequencer) sync(need key.Seq) error {
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

// lead syncs everything that is appended. It is called with mu held, and releases it while it syncs.
func (s *sequencer) lead() {
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

// syncLogs syncs the logs, the oldest first, and returns the last commit that is durable then. That the earlier ones
// are durable as a whole, the current one proves from then on.
func (s *sequencer) syncLogs() (key.Seq, error) {
	s.leading.Lock()
	defer s.leading.Unlock()
	last := s.newest() // before the logs: it is in one of them
	if s.durable.Load() >= uint64(last) {
		return last, nil // a flush came first, and has closed the log
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

// fail sets the first error, tells those who wait, and returns it. Who waits gets the error only when nothing becomes
// visible any more: a commit that has failed must not turn up when one before it is inserted late.
func (s *sequencer) fail(err error) error {
	s.stopped.Store(true)
	for s.calls.Load() > 0 { // of a publish that may have seen no stop; it does not wait for anybody
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

func (s *sequencer) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}

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
