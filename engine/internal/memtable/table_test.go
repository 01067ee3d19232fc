package memtable_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
)

func set(seq key.Seq) key.Trailer { return key.MakeTrailer(seq, key.Set) }

// fill returns a table with entries, added in random order.
func fill(rng *rand.Rand, entries []keytest.Entry) *memtable.Table {
	table := memtable.New(rng.IntN(1 << 20))
	for _, i := range rng.Perm(len(entries)) {
		table.Add(entries[i].Key, entries[i].Trailer, entries[i].Value)
	}
	return table
}

func TestIteratorAgreesWithASortedSlice(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		entries := keytest.Random(rng, rng.IntN(1<<rng.IntN(13)))
		table := fill(rng, entries)
		require.Equal(t, len(entries), table.Len(), "seed %d", seed)
		require.NoError(t, keytest.Conform(table.NewIterator(), entries, rng, 2000), "seed %d", seed)
	}
}

func TestGetReturnsTheNewestVisibleVersion(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	entries := keytest.Random(rng, 2000)
	table := fill(rng, entries)
	model := keytest.NewIterator(entries)
	for range 20_000 {
		e := entries[rng.IntN(len(entries))]
		user, seq := e.Key, key.Seq(rng.IntN(2100))
		if rng.IntN(4) == 0 {
			user = append(bytes.Clone(user), 0)
		}
		value, kind, ok := table.Get(user, seq)
		require.Equal(t, model.SeekGE(user, seq) && bytes.Equal(model.Key(), user), ok, "%q at %d", user, seq)
		if ok {
			require.Equal(t, model.Trailer().Kind(), kind)
			require.True(t, bytes.Equal(model.Value(), value), "%q at %d", user, seq)
		}
	}
}

func TestAddCopiesAndReturnedSlicesCannotGrowIntoNeighbours(t *testing.T) {
	table := memtable.New(0)
	user, value := []byte("key"), []byte("value")
	table.Add(user, set(1), value)
	table.Add([]byte("kez"), set(2), []byte("next"))
	copy(user, "xxx")
	copy(value, "xxxxx")

	got, kind, ok := table.Get([]byte("key"), 1)
	require.True(t, ok)
	require.Equal(t, key.Set, kind)
	require.Equal(t, "value", string(got))
	require.Equal(t, len(got), cap(got), "an append must not write into the arena")
}

func TestEmptyTableHoldsNothing(t *testing.T) {
	table := memtable.New(64 << 20)
	require.True(t, table.Empty())
	require.Zero(t, table.Len())
	require.Zero(t, table.Bytes())
	_, _, ok := table.Get(nil, key.MaxSeq)
	require.False(t, ok)
	require.NoError(t, keytest.Conform(table.NewIterator(), nil, rand.New(rand.NewPCG(1, 1)), 100))

	table.Add(nil, set(1), nil)
	require.False(t, table.Empty())
	value, _, ok := table.Get(nil, key.MaxSeq)
	require.True(t, ok)
	require.NotNil(t, value)
	require.Empty(t, value)
}

func TestBytesCountsWhatEntriesTake(t *testing.T) {
	table := memtable.New(0)
	payload := 0
	for i := range 1000 {
		before := table.Bytes()
		table.Add(fmt.Appendf(nil, "key%d", i), set(1), make([]byte, i))
		payload += len(fmt.Sprintf("key%d", i)) + i
		require.Greater(t, table.Bytes(), before)
	}
	require.GreaterOrEqual(t, table.Bytes(), payload)
	require.Less(t, table.Bytes(), payload+1000*64)
}

func TestEntriesLargerThanAnyChunk(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	var entries []keytest.Entry
	for i, size := range []int{0, 100, 2047, 4096, 4097, 1 << 20, 1<<20 + 1, 1 << 10, 3 << 20, 17 << 20, 5} {
		value := bytes.Repeat([]byte{byte(i)}, size)
		entries = append(entries, keytest.Entry{Key: fmt.Appendf(nil, "%c", 'a'+i), Trailer: set(1), Value: value})
	}
	entries = append(entries, keytest.Entry{Key: bytes.Repeat([]byte{'z'}, 2<<20), Trailer: set(1)})
	require.NoError(t, keytest.Conform(fill(rng, entries).NewIterator(), entries, rng, 300))
}

func TestManyMediumEntriesDoNotExhaustTheRefs(t *testing.T) {
	table := memtable.New(0)
	value := make([]byte, 3000) // more than half of the first chunks: must not take a chunk each for ever
	const n = 1<<15 + 100       // more entries than there can be chunks
	for i := range n {
		table.Add(fmt.Appendf(nil, "%06d", i), set(key.Seq(i)), value)
	}
	require.Equal(t, n, table.Len())
}

func TestTheSameEntryTwiceIsABrokenInvariant(t *testing.T) {
	table := memtable.New(0)
	table.Add([]byte("k"), set(1), nil)
	require.Panics(t, func() { table.Add([]byte("k"), set(1), []byte("other")) })
	require.NotPanics(t, func() { table.Add([]byte("k"), key.MakeTrailer(1, key.Delete), nil) })
}

func TestSmallTablesAreCheap(t *testing.T) {
	const tables = 100
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range tables {
		table := memtable.New(64 << 20)
		for i := range byte(10) {
			table.Add([]byte{i}, set(key.Seq(i)), []byte("0123456789abcdef"))
		}
	}
	runtime.ReadMemStats(&after)
	require.Less(t, (after.TotalAlloc-before.TotalAlloc)/tables, uint64(8<<10))
}
