package memtable

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
)

// indexEntries is the default number of entries at which a table gets an index.
const indexEntries = 4096

// agrees compares Get with a model, for entries at and around their own sequence number and for keys in between.
func agrees(t *testing.T, table *Table, entries []keytest.Entry, rng *rand.Rand) {
	t.Helper()
	model := keytest.NewIterator(entries)
	for _, e := range entries {
		seq := e.Trailer.Seq()
		for _, at := range []key.Seq{seq, seq - 1, seq + key.Seq(rng.IntN(1000)), key.MaxSeq} {
			for _, user := range [][]byte{e.Key, append(bytes.Clone(e.Key), 0)} {
				value, kind, ok := table.Get(user, at)
				if model.SeekGE(user, at) && bytes.Equal(model.Key(), user) {
					require.True(t, ok, "%q at %d", user, at)
					require.Equal(t, model.Trailer().Kind(), kind, "%q at %d", user, at)
					require.True(t, bytes.Equal(model.Value(), value), "%q at %d", user, at)
				} else {
					require.False(t, ok, "%q at %d", user, at)
				}
			}
		}
	}
}

func filled(entries []keytest.Entry, rng *rand.Rand, bytesHint int) *Table {
	table := New(bytesHint)
	for _, i := range rng.Perm(len(entries)) {
		table.Add(entries[i].Key, entries[i].Trailer, entries[i].Value)
	}
	return table
}

func TestGetThroughTheIndexAgreesWithASortedSlice(t *testing.T) {
	for seed, bytesHint := range []int{0, 1 << 20, 64 << 20} {
		rng := rand.New(rand.NewPCG(uint64(seed), 4))
		entries := keytest.Random(rng, 3*indexEntries)
		table := filled(entries, rng, bytesHint)
		require.True(t, table.index.Load().complete.Load(), "hint %d", bytesHint)
		agrees(t, table, entries, rng)
	}
}

// TestAKeyHasOneSlotWithItsNewestVersion adds versions in a random order and checks every slot.
func TestAKeyHasOneSlotWithItsNewestVersion(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 4))
	const keys, versions = 1000, 20
	newest, table := map[string]key.Trailer{}, New(0)
	for _, i := range rng.Perm(keys * versions) {
		user, tr := fmt.Sprintf("key%d", i%keys), key.MakeTrailer(key.Seq(i+1), key.Set)
		newest[user] = max(newest[user], tr)
		table.Add([]byte(user), tr, nil)
	}
	for _, slot := range table.index.Load().slots {
		if slot == 0 {
			continue
		}
		n := table.arena.at(ref(slot))
		require.Equal(t, newest[string(n.user())], n.trailer, "%s", n.user())
		delete(newest, string(n.user()))
	}
	require.Empty(t, newest, "keys without a slot")
}

// TestAFullIndexFallsBackToTheList has an index with room for a hundredth of the keys.
func TestAFullIndexFallsBackToTheList(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 4))
	entries := keytest.Random(rng, 3*indexEntries)
	table := New(0)
	table.indexAt.Store(0) // never
	small := &index{slots: make([]uint64, probesMax+100)}
	small.complete.Store(true)
	table.index.Store(small)
	for _, i := range rng.Perm(len(entries)) {
		table.Add(entries[i].Key, entries[i].Trailer, entries[i].Value)
	}
	require.NotContains(t, small.slots[probesMax:100], uint64(0), "the index is not full")
	agrees(t, table, entries, rng)
	require.NoError(t, keytest.Conform(table.NewIterator(), entries, rng, 1000))
}

func TestATableBeyondItsHintGetsALargerIndex(t *testing.T) {
	table := New(0)
	var sizes []int
	for i := range 20 * indexEntries {
		table.Add(fmt.Appendf(nil, "key%d", i), key.MakeTrailer(key.Seq(i+1), key.Set), nil)
		if ix := table.index.Load(); ix != nil && (len(sizes) == 0 || sizes[len(sizes)-1] != len(ix.slots)) {
			sizes = append(sizes, len(ix.slots))
			require.Greater(t, table.Bytes(), len(ix.slots)*wordBytes, "the index counts")
		}
	}
	require.GreaterOrEqual(t, len(sizes), 3)
	require.Greater(t, sizes[len(sizes)-1], 20*indexEntries)
}

func TestOldVersionsFarFromTheNewestAreFound(t *testing.T) {
	table := New(0)
	const versions = 2 * indexEntries
	for i := range versions {
		table.Add([]byte("key"), key.MakeTrailer(key.Seq(10+i), key.Set), fmt.Append(nil, 10+i))
	}
	for _, at := range []key.Seq{10, 11, versions / 2, versions, versions + 9, key.MaxSeq} {
		value, _, ok := table.Get([]byte("key"), at)
		require.True(t, ok)
		require.Equal(t, fmt.Sprint(min(at, versions+9)), string(value))
	}
	_, _, ok := table.Get([]byte("key"), 9)
	require.False(t, ok)
}

// TestVersionsPutIntoTheIndexAtOnce makes goroutines compete for the slot of one key, in many indexes.
func TestVersionsPutIntoTheIndexAtOnce(t *testing.T) {
	const goroutines, indexes = 4, 20_000
	table := New(0)
	all := make([]index, indexes)
	for i := range all {
		all[i].slots = make([]uint64, probesMax)
	}
	var newest ref
	var wg sync.WaitGroup
	start := make(chan struct{})
	for g := range goroutines {
		n, r := table.newNode([]byte("key"), key.MakeTrailer(key.Seq(g+1), key.Set), nil, 1)
		newest = r
		wg.Go(func() {
			<-start
			for i := range all {
				all[i].put(table, n, r)
			}
		})
	}
	close(start)
	wg.Wait()
	for i := range all {
		require.Equal(t, newest, ref(all[i].slots[0]), "index %d: the newest version", i)
		require.Zero(t, all[i].slots[1], "index %d: a second slot", i)
	}
}

// TestHashesMayBeEqual has a slot that looks like that of a key but belongs to another.
func TestHashesMayBeEqual(t *testing.T) {
	table := New(0)
	other, otherRef := table.newNode([]byte("other"), key.MakeTrailer(9, key.Set), nil, 1)
	own, ownRef := table.newNode([]byte("own"), key.MakeTrailer(1, key.Set), nil, 1)
	ix := &index{slots: make([]uint64, probesMax)}
	_, print := ix.probe(own.user())
	ix.slots[0] = print | uint64(otherRef)

	n, ok := ix.find(table, own.user(), visible(key.MaxSeq))
	require.True(t, ok)
	require.Nil(t, n, "%s is not there yet", own.user())
	ix.put(table, own, ownRef)
	n, ok = ix.find(table, own.user(), visible(key.MaxSeq))
	require.True(t, ok)
	require.Equal(t, own, n)
	require.Equal(t, print|uint64(otherRef), ix.slots[0], "%s keeps its slot", other.user())
}
