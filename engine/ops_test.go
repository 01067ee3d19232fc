package engine_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// reframe returns a manifest, with the given bytes as its only edit, in place of the store's own.
func reframe(t *testing.T, fsys afero.Fs, edit []byte) {
	t.Helper()
	name := find(t, fsys, "MANIFEST-*")[0]
	var num uint64
	_, err := fmt.Sscanf(filepath.Base(name), "MANIFEST-%d", &num)
	require.NoError(t, err)
	require.NoError(t, afero.WriteFile(fsys, name, engine.Framed(num, edit), 0o644))
}

func TestNewerStoresAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		edit []byte
		err  error
	}{
		"the version of this engine":          {[]byte{6, engine.FormatVersion, 1, 99}, engine.ErrCorrupt}, // but it names no tables
		"the next version":                    {[]byte{6, engine.FormatVersion + 1}, engine.ErrVersion},
		"a newer version with unknown fields": {[]byte{6, 200, 1, 250, 7, 7}, engine.ErrVersion},
		"an unknown field in a known version": {[]byte{6, 1, 250, 7, 7}, engine.ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			fsys, o := sample(t)
			reframe(t, fsys, c.edit)
			before := find(t, fsys, "*")
			_, err := engine.Open("db", o)
			require.ErrorIs(t, err, c.err)
			_, repairErr := engine.Repair("db", o)
			_, verifyErr := engine.VerifyDir("db", o)
			if errors.Is(c.err, engine.ErrVersion) {
				require.ErrorContains(t, err, fmt.Sprintf("this engine reads up to %d", engine.FormatVersion))
				require.NotErrorIs(t, err, engine.ErrCorrupt)
				require.ErrorIs(t, repairErr, engine.ErrVersion, "a newer store is not repaired")
				require.ErrorIs(t, verifyErr, engine.ErrVersion)
				require.Equal(t, before, find(t, fsys, "*"))
			}
		})
	}
}

func TestANewerTableIsRefused(t *testing.T) {
	fsys, o := sample(t)
	require.NotEmpty(t, find(t, fsys, "*.sst"))
	name := find(t, fsys, "*.sst")[0]
	content, err := afero.ReadFile(fsys, name)
	require.NoError(t, err)
	require.NoError(t, afero.WriteFile(fsys, name, engine.WithTableVersion(content, 77), 0o644))
	_, err = engine.Open("db", o)
	require.ErrorIs(t, err, engine.ErrVersion)
	require.ErrorContains(t, err, filepath.Base(name))
	for range 2 {
		before := find(t, fsys, "*")
		_, err = engine.Repair("db", o)
		require.ErrorIs(t, err, engine.ErrVersion)
		require.Equal(t, before, find(t, fsys, "*"), "a newer table is not treated as damaged")
		edit(t, fsys, "MANIFEST-*", flip(40)) // a damaged manifest does not change that
	}
}

// A session states its version before anything that needs it: the first commit to an older store raises the version.
func TestFirstCommitRaisesTheVersion(t *testing.T) {
	for older := uint64(1); older < engine.FormatVersion; older++ {
		t.Run(fmt.Sprintf("version %d", older), func(t *testing.T) { raisesTheVersion(t, older) })
	}
}

func raisesTheVersion(t *testing.T, older uint64) {
	t.Helper()
	fsys := copyFromDisk(t, filepath.Join(golden, fmt.Sprintf("v%d", older)))
	ends := 0
	version := func() uint64 {
		names := find(t, fsys, "MANIFEST-*")
		info, err := engine.InspectManifest(names[len(names)-1], engine.Options{FS: fsys}, func(engine.ManifestEdit) error {
			return nil
		})
		require.NoError(t, err)
		require.Empty(t, info.Damage)
		ends = len(info.LogEnds)
		return info.Version
	}
	db := open(t, goldenOptions(fsys))
	require.Equal(t, older, version(), "opening does not raise the version")
	require.NoError(t, db.Close())
	require.Equal(t, older, version(), "closing does not raise the version")
	require.Zero(t, ends)
	db = open(t, goldenOptions(fsys))
	require.NoError(t, db.Put([]byte("k"), nil, engine.Sync))
	require.EqualValues(t, engine.FormatVersion, version())
	require.NoError(t, db.Close())
	require.EqualValues(t, engine.FormatVersion, version())
	require.Equal(t, 1, ends)
}

func TestInspectManifestListsTheTables(t *testing.T) {
	fsys, o := sample(t)
	db := open(t, o)
	tables, err := db.Shape()
	require.NoError(t, err)
	require.Len(t, tables, 2)
	require.NoError(t, db.Close())
	info, err := engine.InspectManifest(find(t, fsys, "MANIFEST-*")[0], o, func(engine.ManifestEdit) error { return nil })
	require.NoError(t, err)
	require.Equal(t, tables, info.Tables)
}

func TestReadOnlyStoreChangesNothing(t *testing.T) {
	fsys, o := sample(t)
	require.NoError(t, afero.WriteFile(fsys, "db/000999.sst", []byte("half a table"), 0o644))
	counted := newFaulty(fsys, -1)
	o.FS, o.ReadOnly = counted, true
	db := open(t, o)
	got, err := db.Get([]byte("a"))
	require.NoError(t, err)
	require.Equal(t, "value of a", string(got))
	require.NoError(t, db.Verify())
	for name, write := range map[string]func() error{
		"put": func() error { return db.Put([]byte("k"), nil, engine.Sync) }, "flush": db.Flush, "compact": db.Compact,
		"delete": func() error { return db.Delete([]byte("a"), engine.NoSync) },
	} {
		require.ErrorIs(t, write(), engine.ErrReadOnly, name)
	}
	require.NoError(t, db.Close())
	require.Zero(t, counted.calls)
	report, err := engine.VerifyDir("db", o)
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	require.Equal(t, []string{"000999.sst"}, report.Leftovers)
	require.Equal(t, 2, report.Tables)
	require.Equal(t, 1, report.Logs)
	_, err = engine.Open("nowhere", o)
	require.ErrorIs(t, err, engine.ErrMissing)
	require.Zero(t, counted.calls)
}

func TestVerifyDirNamesEveryDamagedFile(t *testing.T) {
	fsys, o := sample(t)
	tables := find(t, fsys, "*.sst")
	for _, name := range tables {
		change(t, fsys, name, flip(3))
	}
	change(t, fsys, find(t, fsys, "*.log")[0], flip(30))
	report, err := engine.VerifyDir("db", o)
	require.NoError(t, err)
	text := strings.Join(report.Problems, "\n")
	for _, name := range append(tables, find(t, fsys, "*.log")...) {
		require.Equal(t, 1, strings.Count(text, filepath.Base(name)), text)
	}
}

func TestVerifyDetectsATableThatHasGrown(t *testing.T) {
	fsys, o := sample(t)
	change(t, fsys, find(t, fsys, "*.sst")[0], func(b []byte) []byte { return append(b, "more"...) })
	report, err := engine.VerifyDir("db", o)
	require.NoError(t, err)
	require.Len(t, report.Problems, 1)
	require.Contains(t, report.Problems[0], "bytes, but the manifest says")
}

func TestSyncLatencyIsOfTheInjectedClock(t *testing.T) {
	_, o := sample(t)
	var now time.Time
	o.Clock = func() time.Time { now = now.Add(700 * time.Microsecond); return now }
	db := open(t, o)
	require.NoError(t, db.Put([]byte("k"), make([]byte, 1000), engine.Sync))
	m := db.Metrics()
	total := int64(0)
	for i, n := range m.SyncLatency.Counts {
		if n > 0 {
			require.Equal(t, time.Millisecond, engine.LatencyBounds[i], "0.7 ms belong in the bucket up to 1 ms")
		}
		total += n
	}
	require.Equal(t, m.Syncs, total)
	require.Equal(t, time.Duration(total)*700*time.Microsecond, m.SyncLatency.Sum)
	require.Greater(t, m.WriteAmplification(), 1.0)
	require.Greater(t, m.SpaceAmplification(), 1.0)
	require.GreaterOrEqual(t, m.ReadAmplification(), 2)
	require.NoError(t, db.Close())
	o.Clock = nil
	db = open(t, o)
	require.NoError(t, db.Put([]byte("k"), nil, engine.Sync))
	require.Zero(t, db.Metrics().SyncLatency, "inline maintenance has no clock")
	require.Positive(t, db.Metrics().Syncs)
	require.NoError(t, db.Close())
}

func TestEventsComeInPairs(t *testing.T) {
	var told []string
	say := func(format string, args ...any) { told = append(told, fmt.Sprintf(format, args...)) }
	o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true, EventListener: &engine.EventListener{
		FlushBegin:      func(n int) { say("flush of %d begins", n) },
		FlushDone:       func(i engine.FlushInfo) { say("flush of %d done", i.Memtables) },
		CompactionBegin: func(i engine.CompactionInfo) { say("compaction of %d begins: %v", i.InputTables, i.Reason) },
		CompactionDone:  func(i engine.CompactionInfo) { say("compaction of %d done: %v", i.InputTables, i.Reason) },
		CheckpointDone:  func(i engine.CheckpointInfo) { say("checkpoint %s of %d files", i.Dir, i.Files) },
		ManifestRolled:  func(uint64) { say("manifest rolled") },
	}}
	db := open(t, o)
	for range 2 {
		require.NoError(t, db.Put([]byte("k"), nil, engine.Sync))
		require.NoError(t, db.Flush())
	}
	require.NoError(t, db.Compact())
	require.NoError(t, db.Checkpoint("copy"))
	require.NoError(t, db.Close())
	require.Equal(t, []string{
		"manifest rolled", "flush of 1 begins", "flush of 1 done", "flush of 1 begins", "flush of 1 done",
		"compaction of 2 begins: asked for", "compaction of 2 done: asked for", "checkpoint copy of 2 files",
		"manifest rolled", // by Close, because the manifest had edits
	}, told)
}

func TestLockErrorNamesTheHolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "db")
	db, err := engine.Open(dir, engine.Options{InlineMaintenance: true})
	require.NoError(t, err)
	_, err = engine.Open(dir, engine.Options{})
	require.ErrorIs(t, err, engine.ErrLocked)
	require.ErrorContains(t, err, fmt.Sprintf("by process %d", os.Getpid()))
	require.NoError(t, db.Close())
}
