package engine_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// fillLevels makes a store of several levels plus a log. Some values are in tables, some are put into blob files by a
// flush, and some by their commit.
func fillLevels(t *testing.T, db *engine.DB, entries int) {
	t.Helper()
	for i := range entries {
		value := fmt.Appendf(nil, "value %0*d", [...]int{10, 40, 70}[i%3], i)
		require.NoError(t, db.Put(fmt.Appendf(nil, "key %03d", i*7%entries), value, engine.NoSync))
		if i == entries/2 {
			require.NoError(t, db.Delete([]byte("key 001"), engine.Sync))
			require.NoError(t, db.Flush())
		}
	}
}

func TestCheckpointIsAnIndependentStore(t *testing.T) {
	for name, fsys := range map[string]afero.Fs{
		"hard links of the operating system": afero.NewOsFs(),
		"hard links of the filesystem":       faultfs.New(faultfs.Options{}),
		"copies":                             afero.NewMemMapFs(),
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			source, target := filepath.Join(root, "db"), filepath.Join(root, "below", "copy")
			o := tiny(fsys)
			var told []engine.CheckpointInfo
			o.EventListener = &engine.EventListener{
				CheckpointDone: func(i engine.CheckpointInfo) { told = append(told, i) },
			}
			db, err := engine.Open(source, o)
			require.NoError(t, err)
			fillLevels(t, db, 150)
			want := contents(t, db)
			require.NoError(t, db.Checkpoint(target))
			require.Len(t, told, 1)
			require.Greater(t, told[0].Files, 4)
			require.NoError(t, db.Put([]byte("later"), []byte("x"), engine.Sync))
			require.NoError(t, db.Compact())

			copied, err := engine.Open(target, o)
			require.NoError(t, err)
			require.Equal(t, want, contents(t, copied))
			require.NoError(t, copied.Verify())
			require.NoError(t, copied.Put([]byte("own"), []byte("x"), engine.Sync))
			require.NoError(t, copied.Compact())
			require.NoError(t, copied.Close())
			require.NoError(t, db.Verify())
			_, err = db.Get([]byte("own"))
			require.ErrorIs(t, err, engine.ErrNotFound)
			require.NoError(t, db.Close())
		})
	}
}

func TestCheckpointLinksTablesAndBlobFiles(t *testing.T) {
	root := t.TempDir()
	source, target := filepath.Join(root, "db"), filepath.Join(root, "copy")
	db, err := engine.Open(source, tiny(afero.NewOsFs()))
	require.NoError(t, err)
	fillLevels(t, db, 150)
	require.NoError(t, db.Checkpoint(target))
	sizes := map[string]int64{}
	for _, pattern := range []string{"*.sst", "*.blob"} {
		names, err := filepath.Glob(filepath.Join(target, pattern))
		require.NoError(t, err)
		require.NotEmpty(t, names)
		for _, name := range names {
			a, err := os.Stat(name)
			require.NoError(t, err)
			b, err := os.Stat(filepath.Join(source, filepath.Base(name)))
			require.NoError(t, err)
			require.True(t, os.SameFile(a, b), name)
			sizes[name] = a.Size()
		}
	}
	require.NoError(t, db.Put([]byte("large"), make([]byte, 60), engine.Sync))
	for name, size := range sizes {
		info, err := os.Stat(name)
		require.NoError(t, err)
		require.Equal(t, size, info.Size(), "a linked file never changes")
	}
	require.NoError(t, db.Close())
}

// Blob files that only logs refer to are part of the copy, even if only recovery has found them.
func TestCheckpointHasTheBlobFilesOfLogs(t *testing.T) {
	fsys := afero.NewMemMapFs()
	o := tiny(fsys)
	db := open(t, o)
	require.NoError(t, db.Put([]byte("large"), pattern(80, 1), engine.Sync))
	check := func(target string) {
		require.NoError(t, db.Checkpoint(target))
		_, err := engine.Backup(db, "repo")
		require.NoError(t, err)
		require.Equal(t, string(pattern(80, 1)), restored(t, fsys, 0)["large"])
		copied, err := engine.Open(target, o)
		require.NoError(t, err)
		hasValue(t, copied, "large", pattern(80, 1))
		require.NoError(t, copied.Verify())
		require.NoError(t, copied.Close())
	}
	check("written")
	require.NoError(t, db.Close())
	db = open(t, o)
	check("replayed")
	require.NoError(t, db.Close())
}

func TestCheckpointOfAReopenedStoreIncludesReplayedLogs(t *testing.T) {
	fsys, o := sample(t)
	for _, readOnly := range []bool{false, true} {
		o.ReadOnly = readOnly
		db := open(t, o)
		target := fmt.Sprint("copy ", readOnly)
		require.NoError(t, db.Checkpoint(target))
		want := contents(t, db)
		require.NoError(t, db.Close())
		copied, err := engine.Open(target, engine.Options{FS: fsys, InlineMaintenance: true})
		require.NoError(t, err)
		require.Equal(t, want, contents(t, copied))
		require.Len(t, want, 5)
		require.NoError(t, copied.Verify())
		require.NoError(t, copied.Close())
	}
}

func TestCheckpointTargetMustBeEmpty(t *testing.T) {
	fsys, o := sample(t)
	db := open(t, o)
	require.NoError(t, afero.WriteFile(fsys, "full/file", nil, 0o644))
	require.NoError(t, fsys.MkdirAll("empty", 0o755))
	for _, dir := range []string{"full", "db"} {
		err := db.Checkpoint(dir)
		require.ErrorIs(t, err, engine.ErrTargetNotEmpty)
		require.ErrorContains(t, err, dir)
	}
	require.NoError(t, db.Checkpoint("empty"))
	require.NoError(t, afero.WriteFile(fsys, "looked/LOCK", nil, 0o644))
	require.NoError(t, db.Checkpoint("looked"))
	require.NoError(t, fsys.RemoveAll("looked"))
	require.ErrorIs(t, db.Checkpoint("empty"), engine.ErrTargetNotEmpty)
	require.NoError(t, db.Close())
	require.ErrorIs(t, db.Checkpoint("closed"), engine.ErrClosed)
}

// TestCheckpointWhileCommitsGoOn counts up in several goroutines. A checkpoint has every number acknowledged before it,
// none that had not been submitted when it returned, and all parts of every batch: one in tables, one moved to blob
// files by a flush, and one by its commit.
func TestCheckpointWhileCommitsGoOn(t *testing.T) {
	fsys := faultfs.New(faultfs.Options{}) // afero's memory reads wrong bytes when read concurrently
	o := tiny(fsys)
	o.InlineMaintenance, o.MemtableBytes = false, 8<<10
	db := open(t, o)
	const writers = 4
	var acked [writers]atomic.Int64
	var stop atomic.Bool
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for n := int64(1); !stop.Load(); n++ {
				var b engine.Batch
				b.Put(fmt.Appendf(nil, "a%d", w), fmt.Append(nil, n))
				b.Put(fmt.Appendf(nil, "b%d", w), fmt.Appendf(nil, "%040d", n))
				b.Put(fmt.Appendf(nil, "c%d", w), fmt.Appendf(nil, "%080d", n))
				if err := db.Apply(&b, engine.Durability(n%3)); err != nil {
					t.Error(err)
					return
				}
				acked[w].Store(n)
			}
		})
	}
	for i := range 20 {
		for acked[i%writers].Load() < int64(i*20) {
			require.False(t, t.Failed())
			runtime.Gosched()
		}
		var before [writers]int64
		for w := range writers {
			before[w] = acked[w].Load()
		}
		target := fmt.Sprint("copy", i)
		require.NoError(t, db.Checkpoint(target))
		copied, err := engine.Open(target, tiny(fsys))
		require.NoError(t, err)
		require.NoError(t, copied.Verify())
		got := contents(t, copied)
		for w := range writers {
			n, _ := strconv.ParseInt(got[fmt.Sprint("a", w)], 10, 64)
			require.GreaterOrEqual(t, n, before[w])
			require.LessOrEqual(t, n, acked[w].Load()+1)
			if n > 0 {
				require.Equal(t, fmt.Sprintf("%040d", n), got[fmt.Sprint("b", w)])
				require.Equal(t, fmt.Sprintf("%080d", n), got[fmt.Sprint("c", w)])
			}
		}
		require.NoError(t, copied.Close())
	}
	stop.Store(true)
	wg.Wait()
	require.NoError(t, db.Close())
}

// meddler runs once, when the first file is created in a directory.
type meddler struct {
	afero.Fs
	dir string
	run func()
}

func (m *meddler) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	if run := m.run; run != nil && flag&os.O_CREATE != 0 && filepath.Dir(name) == m.dir {
		m.run = nil
		run()
	}
	return m.Fs.OpenFile(name, flag, perm)
}

func TestCheckpointShowsTheMomentOfTheCall(t *testing.T) {
	fsys := &meddler{Fs: afero.NewMemMapFs(), dir: "copy"}
	o := tiny(fsys)
	db := open(t, o)
	fillLevels(t, db, 150)
	want := contents(t, db)
	fsys.run = func() {
		require.NoError(t, db.Put([]byte("later"), []byte("x"), engine.Sync))
	}
	require.NoError(t, db.Checkpoint("copy"))
	require.True(t, judgeTarget(t, fsys, want, "with a commit in between"))
	require.NoError(t, fsys.RemoveAll("copy"))
	want = contents(t, db)
	fsys.run = func() {
		require.NoError(t, db.Delete([]byte("later"), engine.Sync))
		require.NoError(t, db.Compact())
	}
	require.NoError(t, db.Checkpoint("copy"))
	require.Nil(t, fsys.run)
	require.True(t, judgeTarget(t, fsys, want, "with all tables replaced in between"))
	require.NoError(t, db.Verify(), "the replaced tables are removed afterwards")
	require.NoError(t, db.Close())
}

// judgeTarget opens what an interrupted or finished checkpoint left and reports whether it is the whole store.
func judgeTarget(t *testing.T, fsys afero.Fs, want map[string]string, at string) (whole bool) {
	t.Helper()
	o := tiny(fsys)
	o.ErrorIfMissing = true
	db, err := engine.Open("copy", o)
	if err != nil {
		require.True(t, errors.Is(err, engine.ErrCorrupt) || errors.Is(err, engine.ErrMissing), "%s: %v", at, err)
		return false
	}
	require.NoError(t, db.Verify(), at)
	require.Equal(t, want, contents(t, db), at)
	require.NoError(t, db.Close())
	return true
}

func TestPowerCutDuringCheckpointLeavesNoHalfStore(t *testing.T) {
	fsys := faultfs.New(faultfs.Options{})
	o := tiny(fsys)
	db := open(t, o)
	fillLevels(t, db, 20)
	require.NoError(t, db.Compact()) // few files, so that all combinations of them occur
	require.NoError(t, db.Put([]byte("last"), []byte("in the log"), engine.Sync))
	want := contents(t, db)
	before := fsys.Now()
	require.NoError(t, db.Checkpoint("copy"))
	end := fsys.Now()
	require.NoError(t, db.Close())
	line, whole, none := faultfs.NewTimeline(fsys, faultfs.Model{}, 0), 0, 0
	for tick := before; tick <= end; tick++ {
		point := line.Advance(tick)
		for try := range uint64(100) {
			image := point.Image(faultfs.ImageOptions{Chooser: faultfs.Seeded(tick*100 + try)})
			at := fmt.Sprintf("tick %d of %d..%d, try %d", tick, before, end, try)
			source, err := engine.Open("db", tiny(image))
			require.NoError(t, err, at)
			require.Equal(t, want, contents(t, source), at)
			require.NoError(t, source.Verify(), at)
			require.NoError(t, source.Close(), at)
			if judgeTarget(t, image, want, at) {
				whole++
			} else {
				none++
				require.Less(t, tick, end, "an acknowledged checkpoint is durable")
			}
		}
	}
	require.Positive(t, whole)
	require.Positive(t, none)
}

func TestEveryMutationOfACheckpointMayFail(t *testing.T) {
	for n := 0; ; n++ {
		memory := afero.NewMemMapFs()
		o := tiny(memory)
		db := open(t, o)
		fillLevels(t, db, 60)
		require.NoError(t, db.Close())
		fsys := newFaulty(memory, n)
		o.FS = fsys
		db = open(t, o)
		want := contents(t, db)
		err := db.Checkpoint("copy")
		at := fmt.Sprintf("call %d", n)
		if !fsys.failed() {
			require.NoError(t, err)
			require.Greater(t, n, 20)
			require.NoError(t, db.Close())
			return
		}
		require.ErrorIs(t, err, errInjected, at)
		require.NoError(t, db.Put([]byte("later"), nil, engine.Sync), "%s: the source store still accepts writes", at)
		require.NoError(t, db.Verify(), at)
		require.NoError(t, db.Close())
		o.FS = memory
		judgeTarget(t, memory, want, at)
	}
}
