package memtable

import (
	"cmp"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNoWordIsHandedOutTwice lets goroutines only allocate, and sorts what they got.
func TestNoWordIsHandedOutTwice(t *testing.T) {
	const goroutines, allocations = 4, 50_000
	type span struct {
		at    ref
		words int
	}
	var a arena
	a.init(chunkWordsMin)
	got := make([][]span, goroutines)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for g := range goroutines {
		got[g] = make([]span, allocations)
		wg.Go(func() {
			<-start
			for i := range allocations {
				size := 1 + i%8
				if i%5000 == 0 {
					size = 1 << 14 // a chunk of its own, at first
				}
				_, r := a.alloc(size)
				got[g][i] = span{r, size}
			}
		})
	}
	close(start)
	wg.Wait()
	words := 0
	all := slices.Concat(got...)
	slices.SortFunc(all, func(x, y span) int { return cmp.Compare(x.at, y.at) })
	for i, s := range all {
		words += s.words
		if i > 0 && all[i-1].at+ref(all[i-1].words) > s.at {
			require.Fail(t, "a word has two owners", "%v and %v", all[i-1], s)
		}
	}
	require.GreaterOrEqual(t, a.bytes(), words*wordBytes)
	require.LessOrEqual(t, a.bytes(), a.mu.total*wordBytes)
}

func TestALargeFirstEntryGetsAChunkOfItsSize(t *testing.T) {
	table := New(0)
	table.Add([]byte("k"), 1<<8, make([]byte, 8<<20))
	require.Less(t, table.arena.mu.total*wordBytes, 8<<20+100)
	require.Less(t, table.Bytes(), 8<<20+100)
	require.Greater(t, table.Bytes(), 8<<20)
	table.Add([]byte("l"), 2<<8, nil)
	require.Less(t, table.Bytes(), 8<<20+200)
}

func TestALateAllocationUsesTheNewChunk(t *testing.T) {
	var a arena
	a.init(chunkWordsMin)
	a.alloc(1)
	p, _ := a.extend(&a.none, 1)
	require.Nil(t, p)
	p, _ = a.extend(&a.none, 1<<20)
	require.Nil(t, p)
	require.Len(t, *a.starts.Load(), 1, "a chunk replaced the open one, which has room")
}
