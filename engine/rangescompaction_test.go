package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

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
	require.GreaterOrEqual(t, db.Metrics().Levels[6].Bytes, full, "a snapshot still sees the deleted data")
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

func TestAFlushDropsHiddenEntries(t *testing.T) {
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

func TestATableOfUselessRangeDeletesIsRewrittenNotMoved(t *testing.T) {
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

// TestARangeDeleteSpansManyTables keeps a snapshot, so that a range delete cannot be dropped and is split with the
// tables again and again.
func TestARangeDeleteSpansManyTables(t *testing.T) {
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

// reads counts the bytes read from tables.
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

func TestDeletedRangesAreNotRead(t *testing.T) {
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
	require.Less(t, fs.bytes, full/5, "an iterator skips whole tables in both directions")
	fs.bytes = 0
	require.NoError(t, db.Compact())
	require.Less(t, fs.bytes, full/5, "a compaction skips whole tables too")
	require.Less(t, int(db.Metrics().Levels[6].Bytes), full/100)
	require.Len(t, shown(t, db), 20)
	require.NoError(t, db.Close())
}
