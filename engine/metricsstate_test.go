package engine_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// state returns the fields of Metrics that report trouble.
func state(db *engine.DB) [3]bool {
	m := db.Metrics()
	return [3]bool{m.Stalled, m.OutOfRoom, m.Poisoned}
}

func TestMetricsReportPoisoning(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	db := open(t, tiny(fs))
	require.NoError(t, db.Put([]byte("a"), nil, engine.Sync))
	require.Equal(t, [3]bool{}, state(db))
	fs.SetRules(&faultfs.Rule{Effect: faultfs.EIO, Op: faultfs.OpSync})
	require.Error(t, db.Put([]byte("b"), nil, engine.Sync))
	require.Equal(t, [3]bool{2: true}, state(db))
	fs.SetRules()
	require.Error(t, db.Close())

	o := tiny(fs)
	o.ReadOnly = true
	db = open(t, o)
	require.Equal(t, [3]bool{}, state(db), "a store that is only read is not poisoned")
	require.NoError(t, db.Close())
}

// The disk is full only for tables, so that commits go on in logs until writers must wait.
func TestMetricsReportLackOfRoom(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	o := tiny(fs)
	o.InlineMaintenance, o.MemtablesMax = false, 2
	db := open(t, o)
	fs.SetRules(&faultfs.Rule{Effect: faultfs.ENOSPC, Op: faultfs.OpCreate, Glob: "*.sst"})
	var err error
	for i := 0; err == nil; i++ {
		require.Less(t, i, 10_000, "the store never refuses a commit")
		err = db.Put([]byte{byte(i), byte(i >> 8)}, make([]byte, 100), engine.NoSync)
	}
	require.ErrorIs(t, err, engine.ErrNoRoom)
	require.Equal(t, [3]bool{0: true, 1: true}, state(db))
	fs.SetRules()
	require.NoError(t, db.Flush())
	require.Equal(t, [3]bool{}, state(db))
	require.NoError(t, db.Close())
}

// lookout reads the metrics whenever a table is created.
type lookout struct {
	afero.Fs
	db   atomic.Pointer[engine.DB]
	most atomic.Int64
}

func (l *lookout) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	if db := l.db.Load(); db != nil && filepath.Ext(name) == ".sst" {
		l.most.Store(max(l.most.Load(), int64(db.Metrics().CompactionsRunning)))
	}
	return l.Fs.OpenFile(name, flag, perm)
}

func TestMetricsCountRunningCompactions(t *testing.T) {
	t.Parallel()
	disk := &lookout{Fs: faultfs.New(faultfs.Options{})}
	db := open(t, tiny(disk))
	disk.db.Store(db)
	for i := range 1000 {
		require.NoError(t, db.Put([]byte{byte(i * 37)}, make([]byte, 10), engine.NoSync))
	}
	require.Equal(t, int64(1), disk.most.Load())
	require.Zero(t, db.Metrics().CompactionsRunning)
	require.NoError(t, errors.Join(db.Compact(), db.Close()))
}
