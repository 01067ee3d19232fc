package cache_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/cache"
)

func block(file, offset uint64, n int) []byte {
	return bytes.Repeat([]byte{byte(file*31 + offset)}, n)
}

func TestGetReturnsWhatWasPut(t *testing.T) {
	c := cache.New(1 << 20)
	require.Nil(t, c.Get(1, 0))
	c.Put(1, 0, []byte("a"))
	c.Put(1, 4096, []byte("b"))
	c.Put(2, 0, []byte("c"))
	require.Equal(t, "a", string(c.Get(1, 0)))
	require.Equal(t, "b", string(c.Get(1, 4096)))
	require.Equal(t, "c", string(c.Get(2, 0)))
	c.Put(2, 0, []byte("dd"))
	require.Equal(t, "dd", string(c.Get(2, 0)))
	require.Nil(t, c.Get(0, 1))
	require.Equal(t, cache.Metrics{Hits: 4, Misses: 2, Blocks: 3, Bytes: 4}, c.Metrics())
}

func TestTheCapacityIsNeverExceeded(t *testing.T) {
	const capacity = 64 << 10
	c := cache.New(capacity)
	rng := rand.New(rand.NewPCG(1, 1))
	for range 5000 {
		file, offset := rng.Uint64N(5), rng.Uint64N(1<<20)
		c.Put(file, offset, block(file, offset, rng.IntN(3000)))
		m := c.Metrics()
		require.LessOrEqual(t, m.Bytes, int64(capacity))
	}
	require.Greater(t, c.Metrics().Bytes, int64(capacity/2), "a full cache is used")
}

func TestTheLeastRecentlyUsedBlockIsEvictedFirst(t *testing.T) {
	c := cache.New(16 << 10)
	c.Put(1, 0, block(1, 0, 100))
	for offset := uint64(1); offset < 10_000; offset++ {
		c.Put(1, offset, block(1, offset, 100))
		require.NotNil(t, c.Get(1, 0), "after %d other blocks", offset)
	}
	require.Nil(t, c.Get(1, 1))
	require.NotNil(t, c.Get(1, 9999))
}

func TestBlocksLargerThanAShardAreNotKept(t *testing.T) {
	c := cache.New(16 << 10)
	c.Put(1, 1, make([]byte, 1<<10))
	c.Put(1, 2, make([]byte, 1<<10+1))
	require.NotNil(t, c.Get(1, 1))
	require.Nil(t, c.Get(1, 2))

	none := cache.New(0)
	none.Put(1, 1, []byte("x"))
	require.Nil(t, none.Get(1, 1))
}

func TestBlocksOfOneFileSpreadOverTheShards(t *testing.T) {
	const blocks = 1600
	c := cache.New(2 * blocks * 4096)
	for i := range uint64(blocks) {
		c.Put(3, i*4101, make([]byte, 4096))
	}
	require.Greater(t, c.Metrics().Blocks, blocks*95/100, "a shard that gets twice its share drops blocks")
}

// zipf returns the hit rate of reads of 100,000 blocks with a zipf distribution, a quarter of which are reads of a scan
// that reads no block twice. There is room for a tenth of the blocks.
func zipf(c *cache.Cache) float64 {
	rng := rand.New(rand.NewPCG(1, 1))
	ids, value := rand.NewZipf(rng, 1.1, 1, 99_999), make([]byte, 4096)
	read := func(file, offset uint64) int {
		if c.Get(file, offset) != nil {
			return 1
		}
		c.Put(file, offset, value)
		return 0
	}
	hits, reads := 0, 0
	for i := range uint64(1_000_000) {
		if i%4 == 0 {
			read(9, i<<12)
			continue
		}
		reads++
		hits += read(1, ids.Uint64()<<12)
	}
	return float64(hits) / float64(reads)
}

func TestAScanDoesNotEvictHotBlocks(t *testing.T) {
	rate := zipf(cache.New(10_000 * 4096))
	require.Greater(t, rate, 0.785, "strict LRU has 0.787 after 2M reads, FIFO less")
}

func TestBlocksOfADeletedFileAgeOut(t *testing.T) {
	const blocks = 1000
	c := cache.New(blocks * 100)
	fill := func(file uint64, rounds int) (misses int) {
		for range rounds {
			misses = 0
			for i := range uint64(blocks * 3 / 4) {
				if c.Get(file, i<<12) == nil {
					c.Put(file, i<<12, block(file, i, 100))
					misses++
				}
			}
		}
		return misses
	}
	require.Less(t, fill(1, 3), blocks/20)
	require.Less(t, fill(2, 3), blocks/20, "the blocks of file 1 are still there, though nobody reads them")
}

func TestManyGoroutines(t *testing.T) {
	c := cache.New(32 << 10)
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for g := range errs {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(g), 1))
			for range 10_000 {
				file, offset := rng.Uint64N(3), rng.Uint64N(100)
				if b := c.Get(file, offset); b == nil {
					c.Put(file, offset, block(file, offset, 500))
				} else if !bytes.Equal(b, block(file, offset, 500)) {
					errs[g] = fmt.Errorf("block %d of file %d is another", offset, file)
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	m := c.Metrics()
	require.Equal(t, uint64(40_000), m.Hits+m.Misses)
	require.NotZero(t, m.Hits)
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		cache.New(8 << 20)
	}
}

func BenchmarkGet(b *testing.B) {
	c := cache.New(8 << 20)
	for i := range uint64(100) {
		c.Put(1, i<<12, make([]byte, 4096))
	}
	b.RunParallel(func(pb *testing.PB) {
		for i := uint64(0); pb.Next(); i++ {
			c.Get(1, i%100<<12)
		}
	})
}
