package engine_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// ranged is a model whose steps are mostly range deletes, and whose keys are near each other: some are empty, or end in
// zero, as the bounds do by which tables are cut.
type ranged struct{ model }

func (m *ranged) key() string {
	k := fmt.Sprintf("k%02d", m.rng.IntN(60))
	switch m.rng.IntN(12) {
	case 0:
		return ""
	case 1:
		return k + "\x00"
	case 2:
		return k + "\x00\x00"
	}
	return k
}

func (m *ranged) write(b *engine.Batch) {
	switch k := m.key(); m.rng.IntN(10) {
	case 0, 1:
		end := m.key()
		b.DeleteRange([]byte(k), []byte(end))
		deleteRange(m.want, k, end)
	case 2:
		b.Delete([]byte(k))
		delete(m.want, k)
	default:
		v := m.value()
		b.Put([]byte(k), v)
		m.want[k] = string(v)
	}
}

func (m *ranged) step() {
	switch n := m.rng.IntN(100); {
	case n < 75:
		var b engine.Batch
		for range 1 + m.rng.IntN(3) {
			m.write(&b)
		}
		require.NoError(m.t, m.db.Apply(&b, engine.NoSync))
	case n < 80:
		require.NoError(m.t, m.db.Flush())
	case n < 81:
		require.NoError(m.t, m.db.Compact())
	case n < 84:
		m.snaps = append(m.snaps, m.db.NewSnapshot())
		m.snapped = append(m.snapped, maps.Clone(m.want))
	case n < 86 && len(m.snaps) > 0:
		i := m.rng.IntN(len(m.snaps))
		m.snaps[i].Close()
		m.snaps, m.snapped = slices.Delete(m.snaps, i, i+1), slices.Delete(m.snapped, i, i+1)
	case n < 87:
		m.reopen()
	case n < 90:
		require.NoError(m.t, m.db.Verify())
	default:
		m.compare()
	}
}

// compare reads the present and all snapshots in every way.
func (m *ranged) compare() {
	m.compareOne(m.db.Get, m.db.NewIterator, m.want)
	for i, s := range m.snaps {
		m.compareOne(s.Get, s.NewIterator, m.snapped[i])
	}
}

func (m *ranged) compareOne(
	get func([]byte) ([]byte, error), iterate func(engine.IterOptions) (*engine.Iterator, error), want map[string]string,
) {
	for range 30 {
		k := m.key()
		v, err := get([]byte(k))
		if expected, ok := want[k]; ok {
			require.NoError(m.t, err, "%q", k)
			require.Equal(m.t, expected, string(v), "%q", k)
		} else {
			require.ErrorIs(m.t, err, engine.ErrNotFound, "%q", k)
		}
	}
	lower, upper := "", ""
	if m.rng.IntN(2) == 0 {
		lower, upper = m.key(), m.key()
	}
	it, err := iterate(engine.IterOptions{LowerBound: []byte(lower), UpperBound: []byte(upper)})
	require.NoError(m.t, err)
	m.iterate(it, want, lower, upper)
}

func TestRangeDeletesAgreeWithAMap(t *testing.T) {
	for seed := range uint64(24) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			o := tiny(afero.NewMemMapFs())
			o.TableBytes = []int64{64, 300, 1 << 10}[seed%3]
			o.MemtableBytes = []int{512, 2 << 10}[seed%2]
			deepest := 0
			o.EventListener = &engine.EventListener{CompactionDone: func(i engine.CompactionInfo) {
				deepest = max(deepest, i.OutputLevel)
			}}
			m := &ranged{model{t: t, o: o, rng: rand.New(rand.NewPCG(seed, 7)), want: map[string]string{}}}
			m.db = open(t, o)
			for range 500 {
				m.step()
			}
			m.compare()
			m.reopen()
			require.NoError(t, m.db.Close())
			require.Greater(t, deepest, 1)
		})
	}
}

// keysOf returns what an iterator shows forward, which must be what it shows backward.
func keysOf(t *testing.T, it *engine.Iterator, err error) (shown []string) {
	t.Helper()
	require.NoError(t, err)
	for ok := it.First(); ok; ok = it.Next() {
		shown = append(shown, string(it.Key()))
	}
	var back []string
	for ok := it.Last(); ok; ok = it.Prev() {
		back = append(back, string(it.Key()))
	}
	require.NoError(t, it.Error())
	require.NoError(t, it.Close())
	slices.Reverse(back)
	require.Equal(t, shown, back)
	return shown
}

func shown(t *testing.T, db *engine.DB) []string {
	t.Helper()
	it, err := db.NewIterator(engine.IterOptions{})
	return keysOf(t, it, err)
}

func TestARangeDelete(t *testing.T) {
	for _, c := range []struct {
		name       string
		start, end string
		left       []string
	}{
		{"has its start", "b", "c", []string{"a", "c", "d"}},
		{"has not its end", "a", "d", []string{"d"}},
		{"may lie between keys", "bb", "bc", []string{"a", "b", "c", "d"}},
		{"may go beyond all keys", "", "zzz", nil},
		{"is empty if it ends where it starts", "b", "b", []string{"a", "b", "c", "d"}},
		{"is empty if it ends before it starts", "c", "b", []string{"a", "b", "c", "d"}},
		{"is empty if it ends at the empty key", "", "", []string{"a", "b", "c", "d"}},
		{"of one key and no other", "b", "b\x00", []string{"a", "c", "d"}},
	} {
		for _, at := range []struct {
			name string
			move func(*engine.DB) error
		}{
			{"memtable", func(*engine.DB) error { return nil }},
			{"level 0", (*engine.DB).Flush},
			{"the bottom", (*engine.DB).Compact},
		} {
			t.Run(c.name+", over keys in "+at.name, func(t *testing.T) {
				db := memory(t, "a", "b", "c", "d")
				require.NoError(t, at.move(db))
				before := db.NewSnapshot()
				defer before.Close()
				require.NoError(t, db.DeleteRange([]byte(c.start), []byte(c.end), engine.NoSync))
				for _, step := range []func() error{db.Verify, db.Flush, db.Verify, db.Compact, db.Verify} {
					require.NoError(t, step())
					require.Equal(t, c.left, shown(t, db))
					it, err := before.NewIterator(engine.IterOptions{})
					require.Equal(t, []string{"a", "b", "c", "d"}, keysOf(t, it, err))
				}
			})
		}
	}
}

func TestOperationsOfABatchKeepTheirOrder(t *testing.T) {
	db := memory(t, "a", "b", "c")
	var b engine.Batch
	b.Put([]byte("b1"), []byte("1"))
	b.DeleteRange([]byte("b"), []byte("c"))
	b.Put([]byte("b2"), []byte("2"))
	require.Equal(t, 3, b.Len())
	require.NoError(t, db.Apply(&b, engine.NoSync))
	want := []string{"a", "b2", "c"}
	require.Equal(t, want, shown(t, db))
	require.NoError(t, db.Compact())
	require.Equal(t, want, shown(t, db))
}

func TestARangeDeleteIsOneSmallRecord(t *testing.T) {
	fs := afero.NewMemMapFs()
	db := open(t, engine.Options{FS: fs, InlineMaintenance: true})
	for i := range 5000 {
		require.NoError(t, db.Put(fmt.Appendf(nil, "%06d", i), []byte("v"), engine.NoSync))
	}
	before := db.Metrics().LogBytes
	require.NoError(t, db.DeleteRange([]byte("000000"), []byte("004999"), engine.NoSync))
	require.Equal(t, before+8+4+1+1+6+1+6, db.Metrics().LogBytes)
	require.Equal(t, []string{"004999"}, shown(t, db))
	require.NoError(t, db.Close())
	log, err := afero.ReadFile(fs, find(t, fs, "*.log")[0])
	require.NoError(t, err)
	record := "8913000000000000" + "01000000" + "02" + "06" + "303030303030" + "06" + "303034393939"
	require.Contains(t, hex.EncodeToString(log), record)
	db = open(t, engine.Options{FS: fs, InlineMaintenance: true})
	require.Equal(t, []string{"004999"}, shown(t, db), "replayed")
	require.NoError(t, db.Put([]byte("000001"), []byte("again"), engine.Sync))
	require.Equal(t, []string{"000001", "004999"}, shown(t, db))
	require.NoError(t, db.Close())
}

func TestALogWithARangeThatCannotBeIsCorrupt(t *testing.T) {
	const header = "0100000000000000" + "01000000"
	for _, c := range []struct {
		name, record string
		fine         bool
	}{
		{"a range", header + "02" + "0161" + "0163", true},
		{"a range of nothing but the empty key", header + "02" + "00" + "0100", true},
		{"an empty range", header + "02" + "0161" + "0161", false},
		{"a range upside down", header + "02" + "0163" + "0161", false},
		{"a range without an end", header + "02" + "0161" + "00", false},
		{"an end that was cut short", header + "02" + "0161" + "0263", false},
		{"nothing behind the start", header + "02" + "0161", false},
		{"more than the range", header + "02" + "0161" + "0163" + "00", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true}
			db := open(t, o)
			require.NoError(t, db.Put([]byte("b"), nil, engine.NoSync))
			require.NoError(t, db.Close())
			name := find(t, o.FS, "*.log")[0]
			num, err := strconv.ParseUint(strings.TrimSuffix(filepath.Base(name), ".log"), 10, 64)
			require.NoError(t, err)
			f, err := o.FS.Create(name)
			require.NoError(t, err)
			record, err := hex.DecodeString(c.record)
			require.NoError(t, err)
			log := wal.NewWriter(f, num)
			require.NoError(t, errors.Join(log.Append(record), log.Flush()))
			require.NoError(t, log.Close())
			db, err = engine.Open("db", o)
			if !c.fine {
				require.ErrorIs(t, err, engine.ErrCorrupt)
				return
			}
			require.NoError(t, err)
			require.NoError(t, db.Verify())
			require.NoError(t, db.Put([]byte("z"), nil, engine.NoSync))
			require.Equal(t, []string{"z"}, shown(t, db))
			require.NoError(t, db.Close())
		})
	}
}

func TestSpaceOfADeletedRangeIsReclaimed(t *testing.T) {
	fs := afero.NewMemMapFs()
	o := tiny(fs)
	db := open(t, o)
	for i := range 3000 {
		require.NoError(t, db.Put(fmt.Appendf(nil, "k%06d", i*7919%3000), []byte("some value"), engine.NoSync))
	}
	require.NoError(t, db.Compact())
	full := db.Metrics().Levels[6].Bytes
	snap := db.NewSnapshot()
	require.NoError(t, db.DeleteRange([]byte("k000100"), []byte("k009999"), engine.NoSync))
	require.NoError(t, db.Compact())
	require.GreaterOrEqual(t, db.Metrics().Levels[6].Bytes, full, "a snapshot needs it")
	it, err := snap.NewIterator(engine.IterOptions{})
	require.Len(t, keysOf(t, it, err), 3000)
	require.Len(t, shown(t, db), 100)
	snap.Close()
	require.NoError(t, db.Put([]byte("a"), nil, engine.NoSync))
	require.NoError(t, db.Compact())
	require.Less(t, db.Metrics().Levels[6].Bytes, full/15)
	require.Len(t, shown(t, db), 101)
	require.NoError(t, db.DeleteRange(nil, []byte("z"), engine.NoSync))
	require.NoError(t, db.Compact())
	require.Zero(t, db.Metrics().Levels[6].Tables, "nothing is left, not even the range delete")
	require.NoError(t, db.DeleteRange(nil, []byte("z"), engine.NoSync))
	require.NoError(t, db.Flush())
	require.Equal(t, 1, db.Metrics().Levels[0].Tables, "a table may hold nothing but a range delete")
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
	db = open(t, o)
	require.NoError(t, db.Verify())
	require.NoError(t, db.Put([]byte("b"), nil, engine.NoSync))
	require.Equal(t, []string{"b"}, shown(t, db))
	require.NoError(t, db.Close())
}

func TestAFlushWritesNothingThatIsHidden(t *testing.T) {
	db := memory(t)
	fill := func() {
		for i := range 1000 {
			require.NoError(t, db.Put(fmt.Appendf(nil, "k%04d", i), []byte("value"), engine.NoSync))
		}
	}
	fill()
	snap := db.NewSnapshot()
	fill()
	require.NoError(t, db.DeleteRange([]byte("k"), []byte("l"), engine.NoSync))
	require.NoError(t, db.Flush())
	once := db.Metrics().Levels[0].Bytes
	require.Greater(t, once, uint64(10_000), "the snapshot sees a thousand keys")
	it, err := snap.NewIterator(engine.IterOptions{})
	require.Len(t, keysOf(t, it, err), 1000)
	snap.Close()
	fill()
	require.NoError(t, db.DeleteRange([]byte("k"), []byte("l"), engine.NoSync))
	require.NoError(t, db.Flush())
	require.Less(t, db.Metrics().Levels[0].Bytes-once, uint64(500))
	require.Empty(t, shown(t, db))
	require.NoError(t, db.Verify())
}

func TestATableOfUselessRangeDeletesIsNotMovedDown(t *testing.T) {
	o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true, L0CompactionFiles: 1}
	var done []engine.CompactionInfo
	o.EventListener = &engine.EventListener{CompactionDone: func(i engine.CompactionInfo) { done = append(done, i) }}
	db := open(t, o)
	require.NoError(t, db.DeleteRange([]byte("a"), []byte("b"), engine.NoSync))
	require.NoError(t, db.Flush())
	require.NoError(t, db.Put([]byte("a"), nil, engine.NoSync)) // maintenance comes before a new log
	require.Len(t, done, 1)
	require.False(t, done[0].Moved)
	require.Zero(t, done[0].OutputTables)
	require.NoError(t, db.Close())
}

// TestARangeDeleteGoesOverManyTables keeps a snapshot, so that a range delete cannot be dropped and is cut with the
// tables, over and over.
func TestARangeDeleteGoesOverManyTables(t *testing.T) {
	o := tiny(afero.NewMemMapFs())
	db := open(t, o)
	var want []string
	for i := range 400 {
		k := fmt.Sprintf("k%06d", i)
		require.NoError(t, db.Put([]byte(k), []byte(strings.Repeat("v", 40)), engine.NoSync))
		want = append(want, k)
	}
	require.NoError(t, db.Compact())
	snap := db.NewSnapshot()
	defer snap.Close()
	require.NoError(t, db.DeleteRange([]byte("k000007"), []byte("k000393"), engine.NoSync))
	for i := range 5 {
		require.NoError(t, db.Put(fmt.Appendf(nil, "k%06d", 100+i), []byte("new"), engine.NoSync))
		require.NoError(t, db.Compact())
		require.NoError(t, db.Verify())
		require.Greater(t, db.Metrics().Levels[6].Tables, 10)
		require.Len(t, shown(t, db), 14+i+1)
		it, err := snap.NewIterator(engine.IterOptions{})
		require.Equal(t, want, keysOf(t, it, err))
	}
}

// reads counts the bytes that are read of tables.
type reads struct {
	afero.Fs
	bytes int
}

type readFile struct {
	afero.File
	r *reads
}

func (r *reads) Open(name string) (afero.File, error) {
	f, err := r.Fs.Open(name)
	return readFile{f, r}, err
}

func (f readFile) ReadAt(b []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(b, off)
	f.r.bytes += n
	return n, err
}

func TestWhatIsDeletedIsNotEvenRead(t *testing.T) {
	fs := &reads{Fs: afero.NewMemMapFs()}
	o := engine.Options{FS: fs, InlineMaintenance: true, TableBytes: 256 << 10, CacheBytes: -1}
	db := open(t, o)
	for i := range 20_000 {
		require.NoError(t, db.Put(fmt.Appendf(nil, "k%06d", i), make([]byte, 100), engine.NoSync))
	}
	require.NoError(t, db.Compact())
	full := int(db.Metrics().Levels[6].Bytes)
	require.NoError(t, db.DeleteRange([]byte("k000010"), []byte("k019990"), engine.NoSync))
	require.NoError(t, db.Flush())
	fs.bytes = 0
	require.Len(t, shown(t, db), 20)
	require.Less(t, fs.bytes, full/5, "an iterator steps over whole tables, both ways")
	fs.bytes = 0
	require.NoError(t, db.Compact())
	require.Less(t, fs.bytes, full/5, "and so does a compaction")
	require.Less(t, int(db.Metrics().Levels[6].Bytes), full/100)
	require.Len(t, shown(t, db), 20)
	require.NoError(t, db.Close())
}

// Each commit deletes everything and puts one key, so every reader sees one key.
func TestReadersSeeRangeDeletesWithTheirBatch(t *testing.T) {
	o := tiny(afero.NewBasePathFs(afero.NewOsFs(), t.TempDir()))
	o.InlineMaintenance = false
	db := open(t, o)
	commit := func(k string) {
		var b engine.Batch
		b.DeleteRange(nil, []byte("z"))
		b.Put([]byte(k), bytes.Repeat([]byte("v"), 50))
		assert.NoError(t, db.Apply(&b, engine.Buffered))
	}
	commit("first")
	var writers, readers sync.WaitGroup
	var over atomic.Bool
	for w := range 3 {
		writers.Go(func() {
			for i := range 300 {
				commit(fmt.Sprintf("k%d-%d", w, i*7%50))
			}
		})
	}
	for range 2 {
		readers.Go(func() {
			for !over.Load() {
				it, err := db.NewIterator(engine.IterOptions{})
				assert.NoError(t, err)
				assert.True(t, it.First(), "%v", it.Error())
				k := bytes.Clone(it.Key())
				assert.False(t, it.Next())
				assert.True(t, it.Last(), "%v", it.Error())
				assert.Equal(t, k, it.Key())
				assert.False(t, it.Prev())
				assert.NoError(t, it.Close())
			}
		})
	}
	writers.Wait()
	over.Store(true)
	readers.Wait()
	require.Positive(t, db.Metrics().Compactions)
	require.NoError(t, db.Compact())
	require.Len(t, shown(t, db), 1)
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
}

func TestRangesOverTheLimitAreRefused(t *testing.T) {
	db := memory(t)
	long := bytes.Repeat([]byte("k"), engine.KeyBytesMax+1)
	require.ErrorIs(t, db.DeleteRange([]byte("a"), long, engine.NoSync), engine.ErrTooLarge)
	require.ErrorIs(t, db.DeleteRange(long, []byte("z"), engine.NoSync), engine.ErrTooLarge)
	txn := begin(t, db, engine.SnapshotIsolation)
	require.ErrorIs(t, txn.DeleteRange([]byte("a"), long), engine.ErrTooLarge)
	require.NoError(t, txn.Rollback())
	require.Zero(t, db.Metrics().Commits)
}
