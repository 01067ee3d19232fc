package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// watched calls functions before a file is opened, written or removed, and counts the open files by name.
type watched struct {
	afero.Fs
	onOpen, onRemove func(name string)
	onWrite          func(name string) error
	open             map[string]int
}

func newWatched() *watched { return &watched{Fs: afero.NewMemMapFs(), open: map[string]int{}} }

type watchedFile struct {
	afero.File
	fs   *watched
	name string
}

func (w *watched) file(name string, f afero.File, err error) (afero.File, error) {
	if err != nil {
		return nil, err
	}
	w.open[filepath.Base(name)]++
	return &watchedFile{f, w, filepath.Base(name)}, nil
}

func (w *watched) Open(name string) (afero.File, error) {
	if w.onOpen != nil {
		w.onOpen(name)
	}
	f, err := w.Fs.Open(name)
	return w.file(name, f, err)
}

func (w *watched) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	f, err := w.Fs.OpenFile(name, flag, perm)
	return w.file(name, f, err)
}

func (w *watched) Remove(name string) error {
	if w.onRemove != nil {
		w.onRemove(name)
	}
	return w.Fs.Remove(name)
}

func (f *watchedFile) Close() error {
	if f.fs.open[f.name]--; f.fs.open[f.name] == 0 {
		delete(f.fs.open, f.name)
	}
	return f.File.Close()
}

func (f *watchedFile) Write(p []byte) (int, error) {
	if f.fs.onWrite != nil {
		if err := f.fs.onWrite(f.name); err != nil {
			return 0, err
		}
	}
	return f.File.Write(p)
}

// small has thresholds that short values exceed.
func small(fsys afero.Fs) engine.Options {
	return engine.Options{FS: fsys, InlineMaintenance: true, BlobValueBytes: 100, LargeValueBytes: 1000}
}

func TestVerifyToleratesFilesBeingRemoved(t *testing.T) {
	t.Run("a blob file of a transaction with a conflict", func(t *testing.T) {
		db := open(t, small(afero.NewMemMapFs()))
		require.NoError(t, db.Put([]byte("a"), []byte("x"), engine.Sync))
		txn, err := db.Begin(engine.TxnOptions{})
		require.NoError(t, err)
		require.NoError(t, txn.Put([]byte("a"), pattern(5000, 1)))
		require.NoError(t, db.Put([]byte("a"), []byte("y"), engine.Sync))
		require.ErrorIs(t, txn.Commit(engine.Sync), engine.ErrConflict)
		require.NoError(t, db.Checkpoint("copy"))
		require.NoError(t, db.Verify())
		require.NoError(t, db.Close())
	})
	t.Run("a blob file of an iterator that is closed meanwhile", func(t *testing.T) {
		fsys := newWatched()
		db := open(t, small(fsys))
		for _, k := range []string{"k0", "k1"} {
			require.NoError(t, db.Put([]byte(k), pattern(5000, 1), engine.Sync))
			require.NoError(t, db.Flush())
		}
		it, err := db.NewIterator(engine.IterOptions{})
		require.NoError(t, err)
		require.NoError(t, db.Delete([]byte("k1"), engine.Sync))
		require.NoError(t, db.Compact())
		opened := 0
		fsys.onOpen = func(name string) {
			if strings.HasSuffix(name, ".blob") {
				if opened++; opened == 2 {
					require.NoError(t, it.Close())
				}
			}
		}
		require.NoError(t, db.Verify())
		require.GreaterOrEqual(t, opened, 2)
		require.NoError(t, db.Close())
	})
	t.Run("a table that is just being removed", func(t *testing.T) {
		fsys := newWatched()
		db := open(t, small(fsys))
		require.NoError(t, db.Put([]byte("k"), []byte("v"), engine.Sync))
		require.NoError(t, db.Flush())
		it, err := db.NewIterator(engine.IterOptions{})
		require.NoError(t, err)
		require.NoError(t, db.Put([]byte("k"), []byte("w"), engine.Sync))
		require.NoError(t, db.Compact())
		var problem error
		removed := 0
		fsys.onRemove = func(string) {
			if removed++; removed == 1 {
				problem = db.Verify()
			}
		}
		require.NoError(t, it.Close())
		require.NoError(t, problem)
		require.Positive(t, removed)
		require.NoError(t, db.Close())
	})
}

func TestFailedEditLeavesNoFileOpen(t *testing.T) {
	for _, valueBytes := range []int{10, 200, 5000} {
		t.Run(fmt.Sprint(valueBytes), func(t *testing.T) {
			fsys := newWatched()
			db := open(t, small(fsys))
			require.NoError(t, db.Put([]byte("k"), pattern(valueBytes, 1), engine.Sync))
			fsys.onWrite = func(name string) error {
				if strings.HasPrefix(name, "MANIFEST") {
					return errInjected
				}
				return nil
			}
			require.ErrorIs(t, db.Flush(), errInjected)
			require.Error(t, db.Close())
			require.Empty(t, fsys.open)
		})
	}
}

// Whatever a range delete hides is freed, even if a snapshot was open when both reached the bottom level.
func TestSpaceUnderARangeDeleteAndASnapshotIsReclaimed(t *testing.T) {
	for name, free := range map[string]func(t *testing.T, db *engine.DB){
		"by Compact": func(t *testing.T, db *engine.DB) { require.NoError(t, db.Compact()) },
		"by itself, as others write": func(t *testing.T, db *engine.DB) {
			for round := range 10 {
				for i := range 200 {
					require.NoError(t, db.Put(fmt.Appendf(nil, "z%d%04d", round, i), pattern(50, uint64(i)), engine.NoSync))
				}
				require.NoError(t, db.Flush())
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t, engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true, BlobValueBytes: -1})
			for i := range 2000 {
				require.NoError(t, db.Put(fmt.Appendf(nil, "k%04d", i), pattern(500, uint64(i)), engine.NoSync))
			}
			require.NoError(t, db.Compact())
			loaded := tableBytes(db)
			s := db.NewSnapshot()
			require.NoError(t, db.DeleteRange([]byte("k0003"), []byte("k9"), engine.Sync))
			require.NoError(t, db.Compact())
			value, err := s.Get([]byte("k1000"))
			require.NoError(t, err)
			require.Equal(t, pattern(500, 1000), value)
			require.GreaterOrEqual(t, tableBytes(db), loaded)
			s.Close()
			free(t, db)
			require.Less(t, tableBytes(db), loaded/2)
			require.NoError(t, db.Verify())
			require.NoError(t, db.Close())
		})
	}
}

func TestMetricsOfSnapshotsAndLargeValues(t *testing.T) {
	db := open(t, small(afero.NewMemMapFs()))
	a, b := db.NewSnapshot(), db.NewSnapshot()
	require.Equal(t, 2, db.Metrics().Snapshots, "two snapshots at one instant count twice")
	a.Close()
	b.Close()
	require.Zero(t, db.Metrics().Snapshots)
	for i := range 20 {
		require.NoError(t, db.Put(fmt.Appendf(nil, "k%d", i), pattern(50_000, 1), engine.Sync))
	}
	m := db.Metrics()
	require.InDelta(t, 1.0, m.WriteAmplification(), 0.1)
	require.Greater(t, m.CommittedBytes, int64(1_000_000))
	require.NoError(t, db.Close())
}

func TestInvalidArgumentsAreRefused(t *testing.T) {
	db := open(t, small(afero.NewMemMapFs()))
	require.ErrorIs(t, db.Put([]byte("a"), nil, engine.Buffered+1), engine.ErrOptions)
	_, err := db.Begin(engine.TxnOptions{Isolation: engine.Serializable + 1})
	require.ErrorIs(t, err, engine.ErrOptions)
	require.NoError(t, (&engine.Options{BlobValueBytes: -2}).Validate())
	require.NoError(t, db.Close())
}

func TestPanicEndsATransaction(t *testing.T) {
	db := open(t, small(afero.NewMemMapFs()))
	for _, call := range []func(func(*engine.Txn) error) error{db.Update, db.View} {
		require.Panics(t, func() { _ = call(func(*engine.Txn) error { panic("in between") }) })
		require.Zero(t, db.Metrics().Snapshots)
		want := fmt.Errorf("the caller's error")
		require.Equal(t, want, call(func(*engine.Txn) error { return want }), "the caller's error is returned unchanged")
	}
	require.NoError(t, db.Close())
}

func TestTransactionsOfAReadOnlyStoreDoNotWrite(t *testing.T) {
	o := small(afero.NewMemMapFs())
	require.NoError(t, open(t, o).Close())
	o.ReadOnly = true
	db := open(t, o)
	txn, err := db.Begin(engine.TxnOptions{})
	require.NoError(t, err)
	require.ErrorIs(t, txn.Put([]byte("k"), nil), engine.ErrReadOnly)
	require.NoError(t, txn.Rollback())
	require.NoError(t, db.Close())
}
