package memtable

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
)

// shape lists the entries on every level.
func shape(t *Table) (levels [][]string) {
	for level := range int(t.height.Load()) {
		var entries []string
		for r := t.headNode().load(level).ref(); r != 0; r = t.arena.at(r).load(level).ref() {
			n := t.arena.at(r)
			entries = append(entries, fmt.Sprintf("%x #%d", n.user(), n.trailer))
		}
		levels = append(levels, entries)
	}
	return levels
}

// TestTheShapeDependsOnTheContentOnly adds the same entries in several orders, from one goroutine and from many.
func TestTheShapeDependsOnTheContentOnly(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	entries := keytest.Random(rng, 6000)
	add := func(table *Table, part []keytest.Entry) {
		for _, e := range part {
			table.Add(e.Key, e.Trailer, e.Value)
		}
	}
	ascending := New(0)
	add(ascending, entries)
	want := shape(ascending)
	require.Len(t, want[0], len(entries))

	for _, goroutines := range []int{1, 4} {
		rng.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		table := New(1 << 20)
		var wg sync.WaitGroup
		for part := range slices.Chunk(entries, len(entries)/goroutines) {
			wg.Go(func() { add(table, part) })
		}
		wg.Wait()
		require.Equal(t, want, shape(table), "%d goroutines", goroutines)
	}
}

func TestHalfOfTheNodesOfALevelAreOneHigher(t *testing.T) {
	var nodes [heightMax + 2]int
	const n = 1 << 16
	for seq := range key.Seq(n) {
		for level := range heightOf(seq) {
			nodes[level]++
		}
		require.Positive(t, heightOf(seq<<40))
	}
	for level := range 10 {
		require.InEpsilon(t, n>>level, nodes[level], 0.2, "level %d", level)
	}
	require.Zero(t, nodes[heightMax], "no tower is higher than the head's")
}

// orders are sequences of numbers below n that may be hard for an inserter.
func orders(n int, rng *rand.Rand) map[string][]int {
	o := map[string][]int{"ascending": nil, "at random": rng.Perm(n)}
	for i := range n {
		o["ascending"] = append(o["ascending"], i)
		o["from both ends to the middle"] = append(o["from both ends to the middle"], []int{i / 2, n - 1 - i/2}[i%2])
		o["in clusters"] = append(o["in clusters"], (i/16*7919*16+i%16)%n)
	}
	o["descending"] = slices.Clone(o["ascending"])
	slices.Reverse(o["descending"])
	o["from the middle to both ends"] = slices.Clone(o["from both ends to the middle"])
	slices.Reverse(o["from the middle to both ends"])
	return o
}

// TestInsertersInAnyOrderBuildTheSameList lets inserters take turns, so that what one remembers is invalidated by the
// others, and compares with a table filled without inserters.
func TestInsertersInAnyOrderBuildTheSameList(t *testing.T) {
	const n = 4096 // clusters need a power of two to reach all numbers
	rng := rand.New(rand.NewPCG(2, 1))
	for name, order := range orders(n, rng) {
		for _, turns := range []int{1, 2, 3} {
			plain, table := New(0), New(0)
			inserters := make([]Inserter, turns)
			for i := range inserters {
				inserters[i] = table.Inserter()
			}
			for i, number := range order {
				// Every key has a few versions, older ones added later or earlier as the order has it.
				user, tr := fmt.Appendf(nil, "key%06d", number/3), key.MakeTrailer(key.Seq(number+1), key.Set)
				inserters[rng.IntN(i+1)%turns].Add(user, tr, user)
				plain.Add(user, tr, user)
			}
			require.Equal(t, shape(plain), shape(table), "%s, %d inserters", name, turns)
		}
	}
}

func TestAnInserterRemembersNeighbours(t *testing.T) {
	table := New(0)
	in := table.Inserter()
	for i := range 1000 {
		user, tr := fmt.Appendf(nil, "key%06d", i), key.MakeTrailer(key.Seq(i+1), key.Set)
		g := targetOf(user, tr)
		require.Zero(t, in.lowest(&g), "entry %d follows the one before", i)
		in.Add(user, tr, nil)
	}
	g := targetOf([]byte("key000500x"), 1)
	require.Positive(t, in.lowest(&g), "another place")

	table.Add([]byte("key000999x"), key.MakeTrailer(2000, key.Set), nil)
	g = targetOf([]byte("key000999y"), 1)
	require.Positive(t, in.lowest(&g), "another entry was added in between")
}
