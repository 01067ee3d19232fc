//go:build unix

package engine_test

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// With a context, the operating system's filesystem is still recognized as such: it has links and locks, and opening a
// pipe does not block.
func TestContextsKeepLinksAndLocks(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	dir := t.TempDir()
	store, other := filepath.Join(dir, "db"), filepath.Join(dir, "copy")
	db, err := engine.Open(store, engine.Options{})
	require.NoError(t, err)
	require.NoError(t, db.Put([]byte("k"), []byte("v"), engine.Sync))
	require.NoError(t, db.CompactContext(ctx))
	require.NoError(t, db.CheckpointContext(ctx, other))
	tables, err := engine.StoreFiles(store, engine.TableFile, engine.Options{})
	require.NoError(t, err)
	copied := filepath.Join(other, filepath.Base(tables[0]))
	require.True(t, sameFile(t, tables[0], copied), "a hard link")
	_, err = engine.VerifyDirContext(ctx, store, engine.Options{})
	require.ErrorIs(t, err, engine.ErrLocked)
	require.NoError(t, db.Close())

	require.NoError(t, os.Remove(copied))
	require.NoError(t, syscall.Mkfifo(copied, 0o644))
	report, err := engine.VerifyDirContext(ctx, other, engine.Options{})
	require.NoError(t, err)
	require.NotEmpty(t, report.Problems)
	_, err = engine.InspectTableContext(ctx, copied, engine.Options{}, nil)
	require.ErrorIs(t, err, engine.ErrCorrupt)
	repaired, err := engine.RepairContext(ctx, other, engine.Options{})
	require.NoError(t, err)
	require.NotEmpty(t, repaired.Lost)
}

func sameFile(t *testing.T, a, b string) bool {
	t.Helper()
	first, err := os.Stat(a)
	require.NoError(t, err)
	second, err := os.Stat(b)
	require.NoError(t, err)
	return os.SameFile(first, second)
}
