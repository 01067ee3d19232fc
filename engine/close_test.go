package engine

import (
	"os"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"
)

// frozenAtClose returns a store that was closed between the two steps of a Flush, and its disk.
func frozenAtClose(t *testing.T) (*DB, afero.Fs) {
	t.Helper()
	fsys := afero.NewMemMapFs()
	db, err := Open("db", Options{FS: fsys, InlineMaintenance: true})
	require.NoError(t, err)
	require.NoError(t, db.Put([]byte("a"), []byte("1"), NoSync))
	require.NoError(t, db.freeze())
	require.NoError(t, db.Close())
	return db, fsys
}

// After Close the directory may belong to another store.
func TestFlushAfterCloseWritesNothing(t *testing.T) {
	db, fsys := frozenAtClose(t)
	before, err := afero.Glob(fsys, "db/*")
	require.NoError(t, err)
	require.ErrorIs(t, db.flushFrozen(0), ErrClosed)
	after, err := afero.Glob(fsys, "db/*")
	require.NoError(t, err)
	require.Equal(t, before, after)
}

// Close must end frozen logs too, not only the one that receives commits.
func TestCloseEndsAFrozenLog(t *testing.T) {
	_, fsys := frozenAtClose(t)
	logs, err := afero.Glob(fsys, "db/*.log")
	require.NoError(t, err)
	require.Len(t, logs, 1)
	content, err := afero.ReadFile(fsys, logs[0])
	require.NoError(t, err)
	content[40] ^= 1 // in the only commit
	require.NoError(t, afero.WriteFile(fsys, logs[0], content, 0o644))
	_, err = Open("db", Options{FS: fsys, InlineMaintenance: true})
	require.ErrorIs(t, err, ErrCorrupt)
}

// syncHook is called before every sync of a file.
type syncHook struct {
	afero.Fs
	hook func()
}

type hookedFile struct {
	afero.File
	fs *syncHook
}

func (f *syncHook) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	file, err := f.Fs.OpenFile(name, flag, perm)
	return &hookedFile{file, f}, err
}

func (f *hookedFile) Sync() error {
	f.fs.hook()
	return f.File.Sync()
}

// Otherwise a power cut in between would leave a log shorter than recorded.
func TestCloseSyncsLogsBeforeItRecordsWhereTheyEnd(t *testing.T) {
	fsys := &syncHook{Fs: afero.NewMemMapFs(), hook: func() {}}
	db, err := Open("db", Options{FS: fsys, InlineMaintenance: true})
	require.NoError(t, err)
	require.NoError(t, db.Put([]byte("a"), []byte("1"), NoSync))
	log, manifest := db.active.Log, db.catalog.log
	edits := manifest.Bytes()
	require.Less(t, log.Synced(), log.Bytes())
	fsys.hook = func() {
		if manifest.Bytes() > edits {
			require.Equal(t, log.Bytes(), log.Synced(), "the manifest is about to say where the log ends")
		}
	}
	require.NoError(t, db.Close())
	require.Greater(t, manifest.Bytes(), edits)
}

// A Sync commit that relied on the flush any earlier could be lost in a power cut.
func TestFlushCountsAsSyncOnlyWhenItsEditIsDurable(t *testing.T) {
	fsys := &syncHook{Fs: afero.NewMemMapFs(), hook: func() {}}
	db, err := Open("db", Options{FS: fsys, InlineMaintenance: true})
	require.NoError(t, err)
	require.NoError(t, db.Put([]byte("a"), []byte("1"), NoSync))
	syncs := 0
	fsys.hook = func() { // called for the table, and twice for the manifest
		syncs++
		require.Zero(t, db.seq.OnDisk(), "sync %d: the table or the edit that names it is not durable", syncs)
	}
	require.NoError(t, db.Flush())
	require.Equal(t, 3, syncs)
	fsys.hook = func() {}
	require.EqualValues(t, 1, db.seq.OnDisk())
	require.NoError(t, db.Close())
}
