package engine_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// putMany puts values of about 60 bytes to keys with the given prefix, and flushes.
func putMany(t *testing.T, db *engine.DB, prefix string, keys int, value string) {
	t.Helper()
	for i := range keys {
		require.NoError(t, db.Put(fmt.Appendf(nil, "%s%04d", prefix, i), []byte(value+strings.Repeat("x", 60)), engine.NoSync))
	}
	require.NoError(t, db.Flush())
}

// meeting makes each creation of a table wait until enough others have started.
type meeting struct {
	*faulty
	expected sync.WaitGroup
}

func (m *meeting) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	if flag&os.O_CREATE != 0 && filepath.Ext(name) == ".sst" {
		m.expected.Done()
		m.expected.Wait()
	}
	return m.faulty.OpenFile(name, flag, perm)
}

// TestTwoCompactionsRunAtOnce hangs if the second one waits for the first.
func TestTwoCompactionsRunAtOnce(t *testing.T) {
	disk := &meeting{faulty: newFaulty(afero.NewBasePathFs(afero.NewOsFs(), t.TempDir()), -1)}
	o := engine.Options{FS: disk.faulty, InlineMaintenance: true, L0CompactionFiles: 100}
	db := open(t, o)
	for range 4 {
		putMany(t, db, "a", 10, "of a")
		putMany(t, db, "b", 10, "of b")
	}
	require.Equal(t, 8, db.Metrics().Levels[0].Tables)
	require.NoError(t, db.Close())
	disk.expected.Add(2)
	o.FS, o.InlineMaintenance, o.CompactionsMax, o.L0CompactionFiles = disk, false, 2, 4
	db = open(t, o)
	db.Settle()
	m := db.Metrics()
	require.Equal(t, 0, m.Levels[0].Tables)
	require.Equal(t, 2, m.Levels[6].Tables)
	require.Len(t, contents(t, db), 20)
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
}

// TestCompactionsSideBySide writes, deletes and reads in many goroutines while up to three compactions run at a time
// and others compact everything, verify, and read snapshots twice.
func TestCompactionsSideBySide(t *testing.T) {
	const writers = 4
	o := tiny(afero.NewBasePathFs(afero.NewOsFs(), t.TempDir()))
	o.InlineMaintenance, o.CompactionsMax, o.MemtableBytes = false, 3, 8<<10
	db := open(t, o)
	states := make([]map[string]string, writers)
	var writing, reading sync.WaitGroup
	for w := range writers {
		states[w] = map[string]string{}
		writing.Go(func() { overwriteAll(t, db, states[w], w) })
	}
	written := make(chan struct{})
	reading.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-written:
				return
			default:
				disturb(t, db, n)
			}
		}
	})
	writing.Wait()
	close(written)
	reading.Wait()
	db.Settle()
	want := map[string]string{}
	for _, state := range states {
		maps.Copy(want, state)
	}
	require.Equal(t, want, contents(t, db))
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
	db = open(t, o)
	require.Equal(t, want, contents(t, db))
	require.NoError(t, db.Close())
}

// overwriteAll commits to keys of its own.
func overwriteAll(t *testing.T, db *engine.DB, state map[string]string, writer int) {
	rng := rand.New(rand.NewPCG(uint64(writer), 5))
	for i := range 2000 {
		k, v := fmt.Sprintf("%c%03d", 'a'+writer, rng.IntN(300)), fmt.Sprint(i, strings.Repeat("x", rng.IntN(60)))
		if rng.IntN(4) == 0 {
			assert.NoError(t, db.Delete([]byte(k), engine.NoSync))
			delete(state, k)
		} else {
			assert.NoError(t, db.Put([]byte(k), []byte(v), engine.NoSync))
			state[k] = v
		}
		if k = fmt.Sprintf("%c%03d", 'a'+writer, rng.IntN(300)); i%4 == 0 {
			v, err := db.Get([]byte(k))
			want, ok := state[k]
			assert.Equal(t, ok, err == nil, "%s: %v", k, err)
			assert.Equal(t, want, string(v))
		}
	}
}

func disturb(t *testing.T, db *engine.DB, n int) {
	switch n % 4 {
	case 0:
		assert.NoError(t, db.Compact())
	case 1:
		assert.NoError(t, db.Verify())
	default:
		s := db.NewSnapshot()
		defer s.Close()
		first := entriesOf(t, s)
		assert.NoError(t, db.Flush())
		assert.Equal(t, first, entriesOf(t, s), "I9: a snapshot changed")
	}
}

func entriesOf(t *testing.T, s *engine.Snapshot) (all []string) {
	it, err := s.NewIterator(engine.IterOptions{})
	if !assert.NoError(t, err) {
		return nil
	}
	for ok := it.First(); ok; ok = it.Next() {
		all = append(all, string(it.Key())+"="+string(it.Value()))
	}
	assert.NoError(t, it.Close())
	return all
}

// TestFullDiskInACompaction fills the disk at the first, second, ... write of a compaction. The compaction's output is
// removed, and the commit for which it was to make room is refused. The store opens again although the disk is still
// full, and has everything; with space it goes on.
func TestFullDiskInACompaction(t *testing.T) {
	for n := uint64(1); ; n++ {
		fsys := faultfs.New(faultfs.Options{})
		o := engine.Options{FS: fsys, InlineMaintenance: true, TableBytes: 2 << 10, L0CompactionFiles: 3}
		db := open(t, o)
		for i := range 3 {
			putMany(t, db, "k", 200, fmt.Sprint("fill ", i))
		}
		want := contents(t, db)
		full := &faultfs.Rule{Effect: faultfs.ENOSPC, Op: faultfs.OpWrite, Glob: "*.sst", Nth: n}
		fsys.SetRules(full)
		err := db.Put([]byte("later"), []byte("v"), engine.Sync) // compacts first
		if full.Hits() == 0 {
			require.NoError(t, err)
			require.Greater(t, n, uint64(5), "the compaction writes several tables")
			return
		}
		require.ErrorIs(t, err, engine.ErrNoRoom)
		require.ErrorIs(t, err, syscall.ENOSPC)
		require.Equal(t, want, contents(t, db), "reads still work")
		require.Len(t, tableFiles(t, fsys), 3, "write %d: the space is free again", n)
		require.NoError(t, db.Close())

		fsys.SetRules(&faultfs.Rule{Effect: faultfs.ENOSPC, Op: faultfs.OpWrite},
			&faultfs.Rule{Effect: faultfs.ENOSPC, Op: faultfs.OpCreate})
		db = open(t, o)
		require.Equal(t, want, contents(t, db))
		require.Len(t, tableFiles(t, fsys), 3, "write %d: the space is free again", n)
		require.NoError(t, db.Verify())
		fsys.SetRules()
		require.NoError(t, db.Put([]byte("later"), []byte("v"), engine.Sync))
		require.Zero(t, db.Metrics().Levels[0].Tables, "the compaction has been done")
		putMany(t, db, "k", 200, "fill after all")
		require.NoError(t, db.Close())
	}
}

func tableFiles(t *testing.T, fsys afero.Fs) []string {
	t.Helper()
	names, err := afero.Glob(fsys, "db/*.sst")
	require.NoError(t, err)
	return names
}

// TestDeletedSpaceIsReclaimed deletes everything and then writes a little. The space must be reclaimed without a call of
// Compact, although the level above the bottom has room for all the tombstones.
func TestDeletedSpaceIsReclaimed(t *testing.T) {
	oneGoroutine(t)
	o := tiny(afero.NewMemMapFs())
	db := open(t, o)
	const keys = 3000
	putMany(t, db, "k", keys, "first")
	loaded := tableBytes(db)
	for i := range keys {
		require.NoError(t, db.Delete(fmt.Appendf(nil, "k%04d", i), engine.NoSync))
	}
	putMany(t, db, "other", 100, "a few")
	require.NoError(t, db.Put([]byte("more"), nil, engine.NoSync))
	require.Less(t, tableBytes(db), loaded/20)
	require.NoError(t, db.Close())
}

func tableBytes(db *engine.DB) (sum uint64) {
	for _, l := range db.Metrics().Levels {
		sum += l.Bytes
	}
	return sum
}
