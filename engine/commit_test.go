package engine_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// slowDisk makes syncs wait until they are let through.
type slowDisk struct {
	*faulty
	arrived, pass chan struct{}
}

func newSlowDisk() *slowDisk {
	return &slowDisk{newFaulty(afero.NewMemMapFs(), -1), make(chan struct{}, 100), make(chan struct{}, 100)}
}

// hold makes all further syncs wait.
func (s *slowDisk) hold() { s.onSync = func() { s.arrived <- struct{}{}; <-s.pass } }

// untilCommits waits until n batches are in the log.
func untilCommits(db *engine.DB, n int64) {
	for db.Metrics().Commits < n {
		runtime.Gosched()
	}
}

func TestSyncsAreShared(t *testing.T) {
	const writers = 20
	disk := newSlowDisk()
	db := open(t, engine.Options{FS: disk.faulty, InlineMaintenance: true})
	require.NoError(t, db.Put([]byte("warm"), []byte("up"), engine.Sync))
	before := db.Metrics().SyncGroups
	disk.hold()
	var wg sync.WaitGroup
	put := func(i int) {
		wg.Go(func() { assert.NoError(t, db.Put(fmt.Appendf(nil, "k%d", i), []byte("v"), engine.Sync)) })
	}
	put(0)
	<-disk.arrived // the sync of the first leader has started
	for i := 1; i <= writers; i++ {
		put(i)
	}
	untilCommits(db, writers+2)
	_, err := db.Get([]byte("k0"))
	require.ErrorIs(t, err, engine.ErrNotFound, "I4: a commit is not visible before it is durable")
	disk.pass <- struct{}{}
	<-disk.arrived // the second leader syncs for all others
	disk.pass <- struct{}{}
	wg.Wait()
	require.EqualValues(t, 2, db.Metrics().SyncGroups-before)
	for i := range writers + 1 {
		_, err := db.Get(fmt.Appendf(nil, "k%d", i))
		require.NoError(t, err)
	}
	disk.onSync = nil
	require.NoError(t, db.Close())
}

func TestUnsyncedCommitDoesNotOvertakeASyncedOne(t *testing.T) {
	disk := newSlowDisk()
	db := open(t, engine.Options{FS: disk.faulty, InlineMaintenance: true})
	require.NoError(t, db.Put([]byte("warm"), []byte("up"), engine.Sync))
	disk.hold()
	var wg sync.WaitGroup
	wg.Go(func() { assert.NoError(t, db.Put([]byte("a"), nil, engine.Sync)) })
	<-disk.arrived
	done := make(chan struct{})
	wg.Go(func() { assert.NoError(t, db.Put([]byte("b"), nil, engine.NoSync)); close(done) })
	untilCommits(db, 3)
	select {
	case <-done:
		t.Fatal("acknowledged before an earlier commit")
	default:
	}
	disk.onSync = nil
	for range 5 {
		disk.pass <- struct{}{}
	}
	wg.Wait()
	require.NoError(t, db.Close())
}

// A transaction may conflict with a commit that is not visible yet. The conflict is reported only once that commit is
// visible. Otherwise the next attempt would read the same snapshot and fail again.
func TestAConflictIsReportedOnlyWhenTheWinnerIsVisible(t *testing.T) {
	disk := newSlowDisk()
	db := open(t, engine.Options{FS: disk.faulty, InlineMaintenance: true})
	require.NoError(t, db.Put([]byte("warm"), []byte("up"), engine.Sync))
	txn := begin(t, db, engine.SnapshotIsolation)
	require.NoError(t, txn.Put([]byte("a"), []byte("loser")))
	disk.hold()
	var wg sync.WaitGroup
	wg.Go(func() { assert.NoError(t, db.Put([]byte("a"), []byte("winner"), engine.Sync)) })
	<-disk.arrived
	wg.Go(func() {
		assert.ErrorIs(t, txn.Commit(engine.Sync), engine.ErrConflict)
		v, err := db.Get([]byte("a"))
		assert.NoError(t, err)
		assert.Equal(t, "winner", string(v))
	})
	for db.Metrics().Conflicts == 0 {
		runtime.Gosched()
	}
	for range 1000 {
		runtime.Gosched() // a chance to return too early
	}
	disk.onSync = nil
	disk.pass <- struct{}{}
	wg.Wait()
	require.NoError(t, db.Close())
}

// The engine does not remember a commit for validation if no transaction is open when it is made. A transaction that begins
// during that commit must therefore see it, or fail.
func TestATransactionBeginsDuringACommit(t *testing.T) {
	disk := newSlowDisk()
	db := open(t, engine.Options{FS: disk.faulty, InlineMaintenance: true})
	require.NoError(t, db.Put([]byte("warm"), []byte("up"), engine.Sync))
	disk.hold()
	var wg sync.WaitGroup
	wg.Go(func() { assert.NoError(t, db.Put([]byte("a"), []byte("first"), engine.Sync)) })
	<-disk.arrived
	wg.Go(func() {
		txn, err := db.Begin(engine.TxnOptions{})
		assert.NoError(t, err)
		v, err := txn.Get([]byte("a"))
		assert.NoError(t, txn.Put([]byte("a"), []byte("second")))
		if txn.Commit(engine.NoSync) == nil {
			assert.NoError(t, err, "it overwrote a commit that it did not see")
			assert.Equal(t, "first", string(v))
		}
	})
	for i := 0; i < 10_000 && db.Metrics().Commits < 3; i++ {
		runtime.Gosched() // a chance to begin and to commit too early
	}
	disk.onSync = nil
	disk.pass <- struct{}{}
	wg.Wait()
	require.NoError(t, db.Close())
}

func TestCloseWaitsForTheSyncUnderWay(t *testing.T) {
	disk := newSlowDisk()
	db := open(t, engine.Options{FS: disk.faulty, InlineMaintenance: true})
	require.NoError(t, db.Put([]byte("warm"), []byte("up"), engine.Sync))
	var syncs atomic.Int32
	disk.onSync = func() {
		if syncs.Add(1) == 1 {
			disk.arrived <- struct{}{}
			<-disk.pass
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() { assert.NoError(t, db.Put([]byte("a"), nil, engine.Sync)) })
	<-disk.arrived
	wg.Go(func() { assert.NoError(t, db.Close()) })
	for range 1000 {
		runtime.Gosched() // a chance to close the log under the sync
	}
	disk.pass <- struct{}{}
	wg.Wait()
}

func TestErrorsOfACommit(t *testing.T) {
	for _, at := range []string{"write", "sync"} {
		t.Run(at, func(t *testing.T) {
			fsys := newFaulty(afero.NewMemMapFs(), -1)
			var told []error
			o := engine.Options{FS: fsys, InlineMaintenance: true}
			o.EventListener = &engine.EventListener{BackgroundError: func(err error) { told = append(told, err) }}
			db := open(t, o)
			require.NoError(t, db.Put([]byte("a"), []byte("1"), engine.Sync))
			fsys.failAt = fsys.calls
			if at == "sync" {
				fsys.failAt++
			}
			err := db.Put([]byte("a"), []byte("2"), engine.Sync)
			require.ErrorIs(t, err, errInjected)
			require.NotErrorIs(t, err, engine.ErrPoisoned, "the commit may be there after reopening")
			calls := fsys.calls
			update := func(txn *engine.Txn) error { return txn.Put([]byte("b"), nil) }
			for _, err := range []error{
				db.Put([]byte("b"), nil, engine.NoSync), db.Flush(), db.Compact(), db.Update(update),
			} {
				require.ErrorIs(t, err, engine.ErrPoisoned)
				require.ErrorIs(t, err, errInjected)
			}
			require.Equal(t, calls, fsys.calls)
			v, err := db.Get([]byte("a"))
			require.NoError(t, err)
			require.Equal(t, "1", string(v))
			require.Len(t, told, 1)
			require.ErrorIs(t, db.Close(), engine.ErrPoisoned)
			require.Equal(t, calls, fsys.calls)
		})
	}
}

func TestExtremeSizes(t *testing.T) {
	o := tiny(afero.NewMemMapFs())
	db := open(t, o)
	long := bytes.Repeat([]byte{255}, engine.KeyBytesMax)
	value := bytes.Repeat([]byte("0123456789abcdef"), 300_000)
	require.NoError(t, db.Put(nil, nil, engine.Sync))
	require.NoError(t, db.Put(long, value, engine.Sync))
	require.ErrorIs(t, db.Put(append(long, 0), nil, engine.Sync), engine.ErrTooLarge)
	var b engine.Batch
	for i := range 500 {
		b.Put(fmt.Appendf(nil, "%03d", i), bytes.Repeat([]byte("v"), 100))
	}
	require.NoError(t, db.Apply(&b, engine.NoSync), "a batch larger than a memtable")
	for _, step := range []func(){
		func() {},
		func() { require.NoError(t, db.Close()); db = open(t, o) },
		func() { require.NoError(t, db.Compact()) },
	} {
		step()
		v, err := db.Get(nil)
		require.NoError(t, err)
		require.Empty(t, v)
		v, err = db.Get(long)
		require.NoError(t, err)
		require.True(t, bytes.Equal(value, v))
		it, err := db.NewIterator(engine.IterOptions{})
		require.NoError(t, err)
		require.True(t, it.First())
		require.Empty(t, it.Key())
		require.True(t, it.Last())
		require.Equal(t, long, it.Key())
		require.NoError(t, it.Close())
		require.NoError(t, db.Verify())
	}
	require.NoError(t, db.Close())
}

func TestIteratorKeepsItsTables(t *testing.T) {
	o := tiny(afero.NewMemMapFs())
	var deleted int
	o.EventListener = &engine.EventListener{TableDeleted: func(uint64) { deleted++ }}
	db := open(t, o)
	for i := range 100 {
		require.NoError(t, db.Put(fmt.Appendf(nil, "%03d", i), bytes.Repeat([]byte("v"), 50), engine.NoSync))
	}
	require.NoError(t, db.Compact())
	deleted = 0
	it, err := db.NewIterator(engine.IterOptions{})
	require.NoError(t, err)
	for i := range 100 {
		require.NoError(t, db.Delete(fmt.Appendf(nil, "%03d", i), engine.NoSync))
	}
	require.NoError(t, db.Compact())
	require.Zero(t, db.Metrics().Levels[6].Tables)
	held := tables(t, o.FS)
	require.Positive(t, held)
	require.NoError(t, db.Verify(), "tables that an iterator uses are not orphans")
	n := 0
	for ok := it.First(); ok; ok = it.Next() {
		n++
	}
	require.Equal(t, 100, n)
	before := deleted
	require.NoError(t, it.Close())
	require.Equal(t, held, deleted-before, "the last user of the tables removes them")
	require.Zero(t, tables(t, o.FS))
	require.NoError(t, db.Close())
}

func tables(t *testing.T, fsys afero.Fs) (n int) {
	t.Helper()
	for _, name := range find(t, fsys, "*") {
		if strings.HasSuffix(name, ".sst") {
			n++
		}
	}
	return n
}

func TestWritersStallUntilMaintenanceCatchesUp(t *testing.T) {
	o := tiny(afero.NewBasePathFs(afero.NewOsFs(), t.TempDir()))
	o.InlineMaintenance, o.MemtablesMax, o.MemtableBytes = false, 1, 1
	var mu sync.Mutex
	stalls := map[engine.StallReason]int{}
	o.EventListener = &engine.EventListener{WriteStall: func(i engine.StallInfo) {
		mu.Lock()
		defer mu.Unlock()
		stalls[i.Reason]++
	}}
	db := open(t, o)
	for i := range 60 {
		require.NoError(t, db.Put(fmt.Appendf(nil, "%03d", i), nil, engine.NoSync))
	}
	require.NoError(t, db.Close())
	mu.Lock()
	defer mu.Unlock()
	require.Positive(t, stalls[engine.StallMemtables])
}

func TestCallsOnAClosedStoreReturnErrClosed(t *testing.T) {
	db := open(t, engine.Options{FS: afero.NewMemMapFs()})
	require.NoError(t, db.Put([]byte("a"), []byte("1"), engine.NoSync))
	it, err := db.NewIterator(engine.IterOptions{})
	require.NoError(t, err)
	s := db.NewSnapshot()
	require.NoError(t, db.Close())
	_, err = db.Get([]byte("a"))
	require.ErrorIs(t, err, engine.ErrClosed)
	_, err = s.Get([]byte("a"))
	require.ErrorIs(t, err, engine.ErrClosed)
	_, err = db.Begin(engine.TxnOptions{})
	require.ErrorIs(t, err, engine.ErrClosed)
	for _, err := range []error{
		db.Put(nil, nil, engine.Sync), db.Flush(), db.Compact(), db.Verify(), db.Close(),
	} {
		require.ErrorIs(t, err, engine.ErrClosed)
	}
	require.True(t, it.First(), "open iterators keep working")
	require.NoError(t, it.Close())
}
