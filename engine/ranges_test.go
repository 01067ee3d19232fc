package engine_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
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

// keysOf returns what an iterator shows forward, which must equal what it shows backward.
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
		{"includes its start", "b", "c", []string{"a", "c", "d"}},
		{"excludes its end", "a", "d", []string{"d"}},
		{"may fall between keys", "bb", "bc", []string{"a", "b", "c", "d"}},
		{"may exceed all keys", "", "zzz", nil},
		{"is empty if start and end are equal", "b", "b", []string{"a", "b", "c", "d"}},
		{"is empty if it ends before it starts", "c", "b", []string{"a", "b", "c", "d"}},
		{"is empty if both are the empty key", "", "", []string{"a", "b", "c", "d"}},
		{"may cover a single key", "b", "b\x00", []string{"a", "c", "d"}},
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

func TestALogWithAnInvalidRangeIsCorrupt(t *testing.T) {
	const header = "0100000000000000" + "01000000"
	for _, c := range []struct {
		name, record string
		fine         bool
	}{
		{"a range", header + "02" + "0161" + "0163", true},
		{"a range of only the empty key", header + "02" + "00" + "0100", true},
		{"an empty range", header + "02" + "0161" + "0161", false},
		{"a range whose end precedes its start", header + "02" + "0163" + "0161", false},
		{"a range without an end", header + "02" + "0161" + "00", false},
		{"a truncated end", header + "02" + "0161" + "0263", false},
		{"nothing after the start", header + "02" + "0161", false},
		{"bytes after the range", header + "02" + "0161" + "0163" + "00", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true}
			db := open(t, o)
			require.NoError(t, db.Put([]byte("b"), nil, engine.NoSync))
			o.FS = copyOf(t, o.FS) // as if killed, so the end of its log is unknown
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

// Each commit deletes everything and puts one key, so every reader sees exactly one key.
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
