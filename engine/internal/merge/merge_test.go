package merge_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
	"github.com/lightningdb/lightning-torture/engine/internal/merge"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

// split distributes entries over n sources, each of which stays sorted.
func split(rng *rand.Rand, entries []keytest.Entry, n int) [][]keytest.Entry {
	parts := make([][]keytest.Entry, n)
	for _, e := range entries {
		i := rng.IntN(n)
		parts[i] = append(parts[i], e)
	}
	return parts
}

// source puts entries into a memtable or a table, at random.
func source(t testing.TB, rng *rand.Rand, entries []keytest.Entry) key.Iterator {
	t.Helper()
	if rng.IntN(2) == 0 {
		table := memtable.New(0)
		for _, i := range rng.Perm(len(entries)) {
			table.Add(entries[i].Key, entries[i].Trailer, entries[i].Value)
		}
		return table.NewIterator()
	}
	var file bytes.Buffer
	w := sst.NewWriter(&file, sst.WriterOptions{BlockBytes: 64 << rng.IntN(7)})
	for _, e := range entries {
		require.NoError(t, w.Add(e.Key, e.Trailer, e.Value))
	}
	_, err := w.Finish()
	require.NoError(t, err)
	r, err := sst.Open(bytes.NewReader(file.Bytes()), int64(file.Len()), sst.ReaderOptions{})
	require.NoError(t, err)
	return r.NewIterator()
}

func TestMergeAgreesWithASortedSlice(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 3))
		entries := keytest.Random(rng, rng.IntN(1<<rng.IntN(11)))
		var children []key.Iterator
		for _, part := range split(rng, entries, 1+rng.IntN(9)) {
			children = append(children, source(t, rng, part))
		}
		it := merge.New(children...)
		require.NoError(t, keytest.Conform(it, entries, rng, 3000), "seed %d", seed)
		require.NoError(t, it.Close())
	}
}

func TestEqualEntriesAreMetInTheOrderOfTheirChildren(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	distinct := keytest.Random(rng, 30)
	var all []keytest.Entry
	parts := make([][]keytest.Entry, 3)
	for _, e := range distinct {
		for i := range parts {
			e.Value = fmt.Appendf(nil, "of child %d", i)
			parts[i] = append(parts[i], e)
			all = append(all, e)
		}
	}
	it := merge.New(keytest.NewIterator(parts[0]), keytest.NewIterator(parts[1]), keytest.NewIterator(parts[2]))
	require.NoError(t, keytest.Conform(it, all, rng, 5000))
}

func TestASingleChildIsReturnedUnchanged(t *testing.T) {
	child := keytest.NewIterator(nil)
	require.Same(t, child, merge.New(child))
}

func TestAMergeOfNothingIsEmpty(t *testing.T) {
	it := merge.New()
	require.NoError(t, keytest.Conform(it, nil, rand.New(rand.NewPCG(1, 3)), 50))
	require.NoError(t, it.Close())
}

func entry(user string) keytest.Entry {
	return keytest.Entry{Key: []byte(user), Trailer: key.MakeTrailer(1, key.Set)}
}

func TestAnErrorOfAChildEndsEveryMovement(t *testing.T) {
	broken := errors.New("broken")
	for name, move := range map[string]func(it key.Iterator) bool{
		"First":             func(it key.Iterator) bool { return it.First() },
		"Last":              func(it key.Iterator) bool { return it.Last() },
		"SeekGE":            func(it key.Iterator) bool { return it.SeekGE([]byte("b"), key.MaxSeq) },
		"SeekLT":            func(it key.Iterator) bool { return it.SeekLT([]byte("e")) },
		"Next":              func(it key.Iterator) bool { return it.Next() },
		"Prev, which turns": func(it key.Iterator) bool { return it.Prev() },
	} {
		t.Run(name, func(t *testing.T) {
			bad := keytest.NewIterator([]keytest.Entry{entry("b"), entry("d"), entry("f")})
			good := keytest.NewIterator([]keytest.Entry{entry("a"), entry("c"), entry("e")})
			it := merge.New(good, bad)
			require.True(t, it.SeekGE([]byte("d"), key.MaxSeq))
			bad.Broken = broken
			require.False(t, move(it))
			require.False(t, it.Valid())
			require.ErrorIs(t, it.Error(), broken)
			require.False(t, it.Next(), "an iterator that is not valid does not move")
			require.False(t, it.Prev())

			bad.Broken = nil
			require.True(t, it.First())
			require.NoError(t, it.Error())
			require.Equal(t, "a", string(it.Key()))
		})
	}
}

func TestAnErrorShowsOnlyWhenItsChildMoves(t *testing.T) {
	bad := keytest.NewIterator([]keytest.Entry{entry("b"), entry("d"), entry("f")})
	good := keytest.NewIterator([]keytest.Entry{entry("a"), entry("c"), entry("e")})
	it := merge.New(good, bad)
	require.True(t, it.SeekGE([]byte("c"), key.MaxSeq))
	bad.Broken = errors.New("broken")
	require.True(t, it.Next(), "the child was at that entry before it failed")
	require.Equal(t, "d", string(it.Key()))
	require.False(t, it.Next())
	require.ErrorIs(t, it.Error(), bad.Broken)
}

func TestCloseClosesEveryChildAndJoinsTheirErrors(t *testing.T) {
	children := []*keytest.Iterator{
		keytest.NewIterator([]keytest.Entry{entry("a")}), keytest.NewIterator(nil), keytest.NewIterator(nil),
	}
	children[0].CloseError, children[2].CloseError = io.ErrClosedPipe, io.ErrNoProgress
	it := merge.New(children[0], children[1], children[2])
	require.True(t, it.First())
	err := it.Close()
	require.ErrorIs(t, err, io.ErrClosedPipe)
	require.ErrorIs(t, err, io.ErrNoProgress)
	require.False(t, it.Valid())
	for _, child := range children {
		require.Equal(t, 1, child.Closed)
	}
}

// TestOrderHoldsWhileAMemtableGrows adds entries around a merge that moves back and forth.
func TestOrderHoldsWhileAMemtableGrows(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 3))
	base := keytest.Random(rng, 300)
	table := memtable.New(0)
	parts := split(rng, base, 2)
	it := merge.New(keytest.NewIterator(parts[0]), table.NewIterator(), keytest.NewIterator(parts[1]))
	turned, met := 0, 0
	for seq := key.Seq(1000); seq < 20_000; seq++ {
		table.Add(fmt.Appendf(nil, "user/%08d", rng.IntN(300)), key.MakeTrailer(seq, key.Set), nil)
		if !it.Valid() && !it.First() {
			require.NoError(t, it.Error())
		}
		user, tr := bytes.Clone(it.Key()), it.Trailer()
		step, sign := it.Next, 1
		if rng.IntN(3) == 0 {
			step, sign = it.Prev, -1
			turned++
		}
		if step() {
			met++
			require.Equal(t, sign, key.Compare(it.Key(), it.Trailer(), user, tr), "%q after %q", it.Key(), user)
		}
	}
	require.Greater(t, turned, 1000)
	require.Greater(t, met, 10_000)
}

func TestMergeStepsDoNotAllocate(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 3))
	var children []key.Iterator
	for _, part := range split(rng, keytest.Random(rng, 4000), 4) {
		children = append(children, source(t, rng, part))
	}
	it := merge.New(children...)
	require.True(t, it.First())
	for it.Next() { // the buffers of the children grow to their final sizes
	}
	require.True(t, it.First())
	require.Zero(t, testing.AllocsPerRun(1000, func() { it.Next() }))
}
