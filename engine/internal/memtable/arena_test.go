package memtable

import (
	"slices"
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// TestNoWordIsHandedOutTwice lets goroutines allocate at once and mark every word that they get.
func TestNoWordIsHandedOutTwice(t *testing.T) {
	const goroutines, allocations = 4, 5000
	var a arena
	a.init(chunkWordsMin)
	got := make([][][]uint64, goroutines)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range allocations {
				size := 1 + i%40
				if i%500 == 0 {
					size = 1 << 14 // a chunk of its own, at first
				}
				p, r := a.alloc(size)
				words := unsafe.Slice((*uint64)(p), size)
				for w := range words {
					words[w] += uint64(g*allocations+i)<<32 | uint64(r)
				}
				got[g] = append(got[g], words)
			}
		})
	}
	wg.Wait()
	words := 0
	for g, own := range got {
		for i, w := range own {
			r := ref(w[0])
			require.Equal(t, unsafe.Pointer(&w[0]), unsafe.Pointer(a.at(r)))
			require.Equal(t, len(w), len(slices.Compact(slices.Clone(w)))+len(w)-1, "a word has two owners")
			require.Equal(t, uint64(g*allocations+i), w[0]>>32)
			words += len(w)
		}
	}
	require.GreaterOrEqual(t, a.bytes(), words*wordBytes)
	require.LessOrEqual(t, a.bytes(), a.mu.total*wordBytes)
}

func TestALargeFirstEntryTakesWhatItNeeds(t *testing.T) {
	table := New(0)
	table.Add([]byte("k"), 1<<8, make([]byte, 8<<20))
	require.Less(t, table.arena.mu.total*wordBytes, 8<<20+100)
	require.Less(t, table.Bytes(), 8<<20+100)
	require.Greater(t, table.Bytes(), 8<<20)
	table.Add([]byte("l"), 2<<8, nil)
	require.Less(t, table.Bytes(), 8<<20+200)
}

func TestWhoComesLateFindsTheNewChunk(t *testing.T) {
	var a arena
	a.init(chunkWordsMin)
	a.alloc(1)
	p, _ := a.extend(&a.none, 1)
	require.Nil(t, p)
	p, _ = a.extend(&a.none, 1<<20)
	require.Nil(t, p)
	require.Len(t, *a.starts.Load(), 1, "a chunk replaced the open one, which has room")
}
