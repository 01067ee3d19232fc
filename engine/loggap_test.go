package engine_test

import (
	"fmt"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// TestMissingLogIsDetected copies a store while it has two live logs, once without the older one.
func TestMissingLogIsDetected(t *testing.T) {
	whole := unflushed(t, 2, engine.Sync)
	logs := find(t, whole, "*.log")
	for _, without := range []string{"", logs[0], logs[1]} {
		fsys := copyOf(t, whole)
		if without != "" {
			require.NoError(t, fsys.Remove(without))
		}
		again, err := engine.Open("db", engine.Options{FS: fsys, InlineMaintenance: true})
		if without == logs[0] {
			require.ErrorIs(t, err, engine.ErrCorrupt, "the second commit builds on the first")
			continue
		}
		require.NoError(t, err)
		require.NoError(t, again.Close())
	}
}

// TestGapBetweenLogs truncates a log that is not the last. A power cut can do that as long as there has been no sync
// since; then the later logs are dropped too. After a sync it is damage.
func TestGapBetweenLogs(t *testing.T) {
	for name, c := range map[string]struct {
		durability engine.Durability
		cut        int // index of the truncated log, of four with one commit each
		keep       int // bytes kept of that log
		found      int // keys left
		err        error
	}{
		"the second lost its commit, and nothing was synced": {engine.NoSync, 1, 30, 1, nil},
		"the second is empty, and nothing was synced":        {engine.NoSync, 1, 0, 1, nil},
		"the first is empty, and nothing was synced":         {engine.Buffered, 0, 0, 0, nil},
		"the last but one is torn, and nothing was synced":   {engine.NoSync, 2, 50, 2, nil},
		"the last is torn": {engine.Sync, 3, 30, 3, nil},
		"the second is torn, but a later commit was synced": {engine.Sync, 1, 30, 0, engine.ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := unflushed(t, 4, c.durability)
			log := find(t, fsys, "*.log")[c.cut]
			content, err := afero.ReadFile(fsys, log)
			require.NoError(t, err)
			require.Greater(t, len(content), c.keep)
			require.NoError(t, afero.WriteFile(fsys, log, content[:c.keep], 0o644))
			report, err := engine.VerifyDir("db", engine.Options{FS: fsys})
			require.NoError(t, err)
			require.Equal(t, c.err == nil, len(report.Problems) == 0, "a gap is not damage: %q", report.Problems)
			for range 2 { // recovery is idempotent
				db, err := engine.Open("db", engine.Options{FS: fsys, InlineMaintenance: true})
				require.ErrorIs(t, err, c.err)
				if err != nil {
					continue
				}
				require.NoError(t, db.Verify())
				for i := range 4 {
					_, err := db.Get(fmt.Appendf(nil, "key %d", i))
					require.Equal(t, i < c.found, err == nil, "key %d: %v", i, err)
				}
				require.NoError(t, db.Close())
			}
		})
	}
}

// TestLogsAfterAGapAreRemovedOneByOne kills recovery at each of its calls. What that leaves is not taken for a missing
// log.
func TestLogsAfterAGapAreRemovedOneByOne(t *testing.T) {
	whole := unflushed(t, 5, engine.NoSync)
	require.NoError(t, afero.WriteFile(whole, find(t, whole, "*.log")[1], nil, 0o644))
	for n := 0; ; n++ {
		disk := copyOf(t, whole)
		fsys := newFaulty(disk, n)
		db, err := engine.Open("db", engine.Options{FS: fsys, InlineMaintenance: true})
		if err == nil {
			require.Greater(t, n, 3, "there are three logs after the gap, and an empty one")
			require.NoError(t, db.Close())
			return
		}
		require.ErrorIs(t, err, errInjected)
		db, err = engine.Open("db", engine.Options{FS: disk, InlineMaintenance: true})
		require.NoError(t, err, "killed at call %d", n)
		require.NoError(t, db.Verify())
		require.Equal(t, map[string]string{"key 0": "value"}, contents(t, db))
		require.NoError(t, db.Close())
	}
}

// Without a sync, later logs prove nothing about earlier ones. But the name of a log is durable before its first commit, so
// a log may be truncated, but not missing.
func TestMissingLogWithoutProof(t *testing.T) {
	fsys := unflushed(t, 3, engine.NoSync)
	require.NoError(t, fsys.Remove(find(t, fsys, "*.log")[1]))
	_, err := engine.Open("db", engine.Options{FS: fsys, InlineMaintenance: true})
	require.ErrorIs(t, err, engine.ErrCorrupt)
}

// Power is cut during the first commit of a log, which is then missing. What precedes that commit in the log still proves
// that the previous log was durable, and how long it was.
func TestALogProvesWhereItsPredecessorEnds(t *testing.T) {
	for name, c := range map[string]struct {
		durability engine.Durability
		keep       int // bytes kept of the first log
		found      int // keys
		err        error
	}{
		"whole":                             {engine.Sync, 1000, 1, nil},
		"cut":                               {engine.Sync, 50, 0, engine.ErrCorrupt},
		"empty":                             {engine.Sync, 0, 0, engine.ErrCorrupt},
		"missing":                           {engine.Sync, -1, 0, engine.ErrCorrupt},
		"truncated, but nothing was synced": {engine.NoSync, 50, 0, nil},
		"missing, and nothing proves that it existed": {engine.NoSync, -1, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := unflushed(t, 2, c.durability)
			logs := find(t, fsys, "*.log")
			for i, keep := range []int{c.keep, 60} { // the second is truncated within its commit
				if keep < 0 {
					require.NoError(t, fsys.Remove(logs[i]))
					continue
				}
				content, err := afero.ReadFile(fsys, logs[i])
				require.NoError(t, err)
				require.NoError(t, afero.WriteFile(fsys, logs[i], content[:min(keep, len(content))], 0o644))
			}
			db, err := engine.Open("db", engine.Options{FS: fsys, InlineMaintenance: true})
			require.ErrorIs(t, err, c.err)
			if err == nil {
				require.Len(t, contents(t, db), c.found)
				require.NoError(t, db.Verify())
				require.NoError(t, db.Close())
			}
		})
	}
}

// unflushed returns the disk of a store that was killed with the given number of live logs, one commit in each.
func unflushed(t *testing.T, logs int, d engine.Durability) afero.Fs {
	t.Helper()
	gate := &noTables{Fs: afero.NewMemMapFs(), wait: make(chan struct{})}
	db := open(t, engine.Options{FS: gate, MemtableBytes: 1, MemtablesMax: logs})
	for i := range logs {
		require.NoError(t, db.Put(fmt.Appendf(nil, "key %d", i), []byte("value"), d))
	}
	require.Len(t, find(t, gate, "*.log"), logs)
	require.NoError(t, db.Apply(&engine.Batch{}, min(d, engine.NoSync)), "the last log has a commit too")
	disk := copyOf(t, gate)
	close(gate.wait)
	require.NoError(t, db.Close())
	return disk
}

func copyOf(t *testing.T, from afero.Fs) afero.Fs {
	t.Helper()
	to := afero.NewMemMapFs()
	for _, name := range find(t, from, "*") {
		content, err := afero.ReadFile(from, name)
		require.NoError(t, err)
		require.NoError(t, afero.WriteFile(to, name, content, 0o644))
	}
	return to
}
