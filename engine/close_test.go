package engine

import (
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"
)

// frozenAtClose returns the disk of a store that is closed between the two steps of a Flush, and the store.
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

// TestFlushAfterCloseWritesNothing: by then the store may be another one's.
func TestFlushAfterCloseWritesNothing(t *testing.T) {
	db, fsys := frozenAtClose(t)
	before, err := afero.Glob(fsys, "db/*")
	require.NoError(t, err)
	require.ErrorIs(t, db.flushFrozen(0), ErrClosed)
	after, err := afero.Glob(fsys, "db/*")
	require.NoError(t, err)
	require.Equal(t, before, after)
}

// TestCloseLeavesAProofInAFrozenLog: the last log is not always the one that takes commits.
func TestCloseLeavesAProofInAFrozenLog(t *testing.T) {
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
