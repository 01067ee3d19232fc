package sequencer

import (
	"errors"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/limits"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// logFile is a log that counts its syncs and rejects everything once it is closed.
type logFile struct {
	mu     sync.Mutex
	data   []byte
	syncs  int
	closed bool
	fail   error
	order  *[]*logFile // of all syncs
	during func()      // called by Sync
}

func (f *logFile) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return 0, os.ErrClosed
	}
	f.data = append(f.data, p...)
	return len(p), f.fail
}

func (f *logFile) Sync() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return os.ErrClosed
	}
	if f.during != nil {
		f.during()
	}
	f.syncs++
	if f.order != nil {
		*f.order = append(*f.order, f)
	}
	return f.fail
}

func (f *logFile) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return nil
}

// proves reports whether the content of the file proves that earlier logs are durable.
func (f *logFile) proves(num uint64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return wal.Proves(f.data, "log", num)
}

// line is a sequencer whose commits are just numbers.
type line struct {
	Sequencer
	commitMu sync.Mutex
}

func newLine() *line {
	l := new(line)
	l.Start(0, limits.Default())
	return l
}

func (l *line) begin(f *logFile, num uint64) *wal.Writer {
	w := wal.NewWriter(f, num)
	w.Begin(wal.Before{Num: num - 1})
	l.Open(w)
	return w
}

// enter appends a commit of one operation.
func (l *line) enter(d Durability) Ticket {
	l.commitMu.Lock()
	defer l.commitMu.Unlock()
	if err := l.Room(); err != nil {
		return Ticket{}
	}
	if err := l.logs.current.Append([]byte("commit")); err != nil {
		return Ticket{}
	}
	return l.Append(l.Newest()+1, d)
}

// inserted marks the commit as being in the memtable, as Finish does, but publishes nothing.
func (t Ticket) inserted() { t.slot.inserted.Store(true) }

func TestCommitsBecomeVisibleInOrder(t *testing.T) {
	for name, c := range map[string]struct {
		first, second Durability
		written       key.Seq // how many of the two commits are written to the log; both are in the memtable
		durable       key.Seq
		visible       key.Seq
	}{
		"buffered commits wait for nothing":                      {Buffered, Buffered, 0, 0, 2},
		"an unsynced commit must be written":                     {NoSync, Buffered, 0, 0, 0},
		"a buffered commit after an unsynced one needs no write": {NoSync, Buffered, 1, 0, 2},
		"a written commit does not overtake a synced one":        {Sync, NoSync, 2, 0, 0},
		"a buffered commit does not overtake a synced one":       {Sync, Buffered, 2, 0, 0},
		"a synced commit becomes visible with what follows it":   {Sync, Buffered, 1, 1, 2},
		"a commit before a synced one does not wait for it":      {Buffered, Sync, 2, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine()
			l.begin(&logFile{}, 1)
			first, second := l.enter(c.first), l.enter(c.second)
			l.written.Store(uint64(c.written))
			l.durable.Store(uint64(c.durable))
			second.inserted()
			l.publish()
			require.Zero(t, l.Readable(), "the first commit is not inserted yet")
			first.inserted()
			l.publish()
			require.Equal(t, c.visible, l.Readable())
		})
	}
}

// A commit fails while an earlier one is still being inserted. Once the earlier one is inserted, neither becomes visible.
func TestFailedCommitStaysInvisible(t *testing.T) {
	l := newLine()
	l.begin(&logFile{}, 1)
	slow, fast := l.enter(Buffered), l.enter(NoSync)
	broken := errors.New("broken disk")
	require.ErrorIs(t, l.fail(broken), broken)
	require.ErrorIs(t, l.Finish(fast), broken)
	require.ErrorIs(t, l.Finish(slow), broken)
	require.Zero(t, l.Readable(), "both commits have failed")
}

// A commit too long to be gathered is written together with earlier ones. If that write fails, none of them is acknowledged.
func TestCommitsLostInAnothersFailedWriteAreNotAcknowledged(t *testing.T) {
	l := newLine()
	file := &logFile{fail: errors.New("broken disk")}
	log := l.begin(file, 1)
	first := l.enter(NoSync)
	require.ErrorIs(t, log.Append(make([]byte, limits.Default().LogGatherBytes)), file.fail)
	require.ErrorIs(t, l.Finish(first), file.fail)
	require.Zero(t, l.Readable())
}

// After a leader is elected and before it reaches the log, a flush makes the log's commits durable in tables and closes it.
func TestSyncMeetsALogThatAFlushHasClosed(t *testing.T) {
	l := newLine()
	file := &logFile{}
	log := l.begin(file, 1)
	require.NoError(t, l.Finish(l.enter(NoSync)))
	require.NoError(t, l.Settled(log, l.Newest()))
	l.mu.Lock()
	l.lead() // as if durable had advanced since the leader read it
	l.mu.Unlock()
	require.NoError(t, l.failed)
	require.Zero(t, file.syncs)
	require.NoError(t, l.Finish(l.Barrier(Sync)))
}

// A log is marked only once all earlier logs are durable.
func TestEarlierLogsAreSyncedFirst(t *testing.T) {
	l := newLine()
	var order []*logFile
	var files []*logFile
	for num := range uint64(3) {
		f := &logFile{order: &order}
		files = append(files, f)
		l.begin(f, num+1)
		require.NoError(t, l.Finish(l.enter(NoSync)))
		require.False(t, f.proves(num+1), "nothing was synced")
	}
	files[0].during = func() { // others hand the current log over meanwhile
		assert.NoError(t, l.logs.current.Flush())
		assert.False(t, files[2].proves(3), "the earlier ones may not be durable yet")
	}
	require.NoError(t, l.Finish(l.enter(Sync)))
	require.Equal(t, files, order)
	require.True(t, files[2].proves(3))
	require.Empty(t, l.logs.behind)

	next := &logFile{order: &order}
	l.begin(next, 4)
	require.NoError(t, l.Finish(l.enter(NoSync)))
	require.True(t, next.proves(4), "everything before it was durable when it was created")
	require.NoError(t, l.Finish(l.enter(Sync)))
	require.Equal(t, append(files, next), order, "no log is synced again")
}

// If the sync of an earlier log fails, the current log is neither marked nor synced.
func TestFailedSyncOfAnEarlierLog(t *testing.T) {
	l := newLine()
	earlier, current := &logFile{}, &logFile{}
	l.begin(earlier, 1)
	require.NoError(t, l.Finish(l.enter(NoSync)))
	l.begin(current, 2)
	require.NoError(t, l.Finish(l.enter(NoSync)))
	earlier.fail = errors.New("no sync")
	require.ErrorIs(t, l.Finish(l.enter(Sync)), earlier.fail)
	require.Zero(t, current.syncs)
	require.False(t, current.proves(2))
	require.EqualValues(t, 2, l.Readable())
}

// The next leader skips logs that a flush has made durable in tables.
func TestSettledLogIsNotSyncedAgain(t *testing.T) {
	l := newLine()
	first, second := &logFile{}, &logFile{}
	log := l.begin(first, 1)
	require.NoError(t, l.Finish(l.enter(NoSync)))
	last := l.Newest()
	l.begin(second, 2)
	require.NoError(t, l.Finish(l.enter(NoSync)))
	require.NoError(t, l.Settled(log, last))
	require.NoError(t, l.Finish(l.enter(Sync)))
	require.Zero(t, first.syncs)
	require.Equal(t, 1, second.syncs)
}

// While logs are rotated and settled, every commit is visible and as durable as it asked for when it returns.
func TestCommitsOfManyGoroutines(t *testing.T) {
	const committers, each, perLog = 8, 2000, 7
	l := newLine()
	var num atomic.Uint64
	l.begin(&logFile{}, num.Add(1))
	var wg, flushes sync.WaitGroup
	// rotate is called with commitMu held, as DB.rotate is.
	rotate := func() {
		log, last := l.logs.current, l.Newest()
		assert.NoError(t, l.Hand(last))
		if last%2 == 0 { // the flush runs concurrently with the commits
			flushes.Go(func() {
				assert.NoError(t, l.Show(last))
				assert.NoError(t, l.Settled(log, last))
			})
		}
		l.begin(&logFile{}, num.Add(1))
	}
	for c := range committers {
		wg.Go(func() {
			for i := range each {
				d := Durability((c + i) % 3)
				l.commitMu.Lock()
				if n := l.Newest(); n > 0 && n%perLog == 0 {
					rotate()
				}
				l.commitMu.Unlock()
				tk := l.enter(d)
				assert.NoError(t, l.Finish(tk))
				assert.GreaterOrEqual(t, l.Readable(), tk.last)
				assert.True(t, l.fulfils(tk.need))
				if d == Sync {
					assert.GreaterOrEqual(t, l.durable.Load(), uint64(tk.last))
				}
				if d == NoSync {
					assert.GreaterOrEqual(t, l.written.Load(), uint64(tk.last))
				}
			}
		})
	}
	wg.Wait()
	flushes.Wait()
	require.NoError(t, l.Finish(l.Barrier(Sync)))
	require.EqualValues(t, committers*each, l.Readable())
	require.NoError(t, l.failed)
}

// milestone is a number that one goroutine raises and another waits for. The wait spins at first, so that both continue
// at the same moment, and then sleeps: on a busy machine the other goroutine may have no processor.
type milestone struct {
	n      atomic.Int64
	mu     sync.Mutex
	raised sync.Cond
}

func (m *milestone) reach(n int64) {
	m.mu.Lock()
	m.n.Store(n)
	m.mu.Unlock()
	m.raised.Signal()
}

func (m *milestone) await(n int64) {
	for range 300 {
		if m.n.Load() >= n {
			return
		}
	}
	m.mu.Lock()
	for m.n.Load() < n {
		m.raised.Wait()
	}
	m.mu.Unlock()
}

// TestNoPublishIsLost lets two committers publish at the same moment: one does it for both, and neither is forgotten.
// NB: the window is so short that a planted bug was only ever caught with -race, which widens it.
func TestNoPublishIsLost(t *testing.T) {
	const rounds = 50_000
	l := newLine()
	l.begin(&logFile{}, 1)
	var round, done milestone
	round.raised.L, done.raised.L = &round.mu, &done.mu
	var second Ticket // handed over by round
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range int64(rounds) {
			round.await(i + 1)
			for range i / 64 % 64 {
				_ = l.stopped.Load() // not always in the same step
			}
			second.inserted()
			l.publish()
			done.reach(i + 1)
		}
	})
	lost := 0
	for i := range int64(rounds) {
		first := l.enter(Buffered)
		second = l.enter(Buffered)
		round.reach(i + 1)
		for range i % 64 {
			_ = l.stopped.Load()
		}
		first.inserted()
		l.publish()
		done.await(i + 1)
		if l.Readable() != second.last {
			lost++
			l.publish()
		}
	}
	wg.Wait()
	require.Zero(t, lost)
}

// TestSleepersAreWoken waits for a commit for longer than it takes to fall asleep.
func TestSleepersAreWoken(t *testing.T) {
	l := newLine()
	l.begin(&logFile{}, 1)
	tk := l.enter(Buffered)
	var wg sync.WaitGroup
	wg.Go(func() { assert.NoError(t, l.Show(tk.last)) })
	for l.sleeping.Load() == 0 {
		runtime.Gosched()
	}
	require.NoError(t, l.Finish(tk))
	wg.Wait()
}

// A failure is reported only after a publish in progress has ended, because until then a commit that is about to fail may
// still become visible.
func TestFailureWaitsForThePublishUnderWay(t *testing.T) {
	l := newLine()
	broken := errors.New("broken disk")
	l.calls.Store(1)
	var wg sync.WaitGroup
	wg.Go(func() { assert.ErrorIs(t, l.fail(broken), broken) })
	for !l.stopped.Load() {
		runtime.Gosched()
	}
	for range 1000 {
		runtime.Gosched() // a chance to report too early
	}
	l.mu.Lock()
	assert.NoError(t, l.failed)
	l.mu.Unlock()
	l.calls.Store(0)
	wg.Wait()
	require.ErrorIs(t, l.failed, broken)
}
