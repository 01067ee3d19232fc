package sst_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/compress"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

var compressions = []compress.Compression{compress.None, compress.Snappy, compress.Zstd}

// repetitive is plain with values that compress to about a third.
func repetitive(n int) []keytest.Entry {
	entries := plain(n)
	for i := range entries {
		entries[i].Value = fmt.Appendf(nil, "%x and then some words that are the same everywhere, of course", entries[i].Value[:20])
	}
	return entries
}

func TestAWarmGetOfASmallTableAllocatesNothing(t *testing.T) {
	for _, c := range compressions {
		entries := repetitive(200)
		file, _ := build(t, sst.WriterOptions{Layout: sst.Columns, Compression: c}, entries)
		require.LessOrEqual(t, len(file), 64<<10, "the file must be small enough to be kept in memory")
		r := open(t, file, sst.ReaderOptions{})
		getAll := func() {
			for _, e := range entries {
				if value, _, ok, err := r.Get(e.Key, key.MaxSeq); !ok || err != nil || !bytes.Equal(value, e.Value) {
					t.Fatalf("%v: %q is lost: %v", c, e.Key, err)
				}
			}
		}
		require.Zero(t, testing.AllocsPerRun(5, getAll), "%v", c) // the first run, which fills, does not count
	}
}

func TestADamagedBlockOfASmallTableIsReportedEveryTime(t *testing.T) {
	for _, c := range compressions {
		entries := repetitive(200)
		file, _ := build(t, sst.WriterOptions{Layout: sst.Columns, Compression: c}, entries)
		file[100] ^= 1
		r := open(t, file, sst.ReaderOptions{Name: "f"})
		for range 3 {
			_, _, _, err := r.Get(entries[0].Key, key.MaxSeq)
			require.ErrorIs(t, err, corrupt.Err, "%v", c)
			require.ErrorContains(t, err, "block checksum")
		}
		_, _, ok, err := r.Get(entries[199].Key, key.MaxSeq)
		require.NoError(t, err)
		require.True(t, ok, "another block is intact")
	}
}

func TestConcurrentFirstReadsOfASmallTable(t *testing.T) {
	entries := repetitive(200)
	file, _ := build(t, sst.WriterOptions{Layout: sst.Columns, Compression: compress.Snappy}, entries)
	for range 20 {
		r := open(t, file, sst.ReaderOptions{})
		lost := make([]int, 4)
		var wg sync.WaitGroup
		for g := range lost {
			wg.Go(func() {
				for _, e := range entries {
					if value, _, _, err := r.Get(e.Key, key.MaxSeq); err != nil || !bytes.Equal(value, e.Value) {
						lost[g]++
					}
				}
			})
		}
		wg.Wait()
		require.Equal(t, make([]int, 4), lost)
	}
}

// TestAScanAllocatesNothingPerBlock leaves Zstd out: its decoder has a sync.Pool, which the race detector empties.
func TestAScanAllocatesNothingPerBlock(t *testing.T) {
	for _, c := range []compress.Compression{compress.None, compress.Snappy} {
		file, _ := build(t, sst.WriterOptions{Layout: sst.Columns, Compression: c}, repetitive(20_000))
		require.Greater(t, len(file), 512<<10, "the file must be read in runs")
		r := open(t, file, sst.ReaderOptions{})
		allocs := testing.AllocsPerRun(2, func() {
			it, n := r.NewIterator(), 0
			for ok := it.First(); ok; ok = it.Next() {
				n++
			}
			if n != 20_000 {
				t.Fatal("scan saw", n)
			}
		})
		require.Less(t, allocs, 40.0, "%v: the file has hundreds of blocks", c)
	}
}

// BenchmarkCompressions shows the cost and the gain of each compression on repetitive values.
func BenchmarkCompressions(b *testing.B) {
	entries := repetitive(50_000)
	for _, c := range compressions {
		o := sst.WriterOptions{Layout: sst.Columns, Compression: c, BlockBytes: 8 << 10}
		b.Run("write/"+c.String(), func(b *testing.B) {
			for b.Loop() {
				build(b, o, entries)
			}
			reportEntries(b, len(entries))
		})
		file, _ := build(b, o, entries)
		r := open(b, file, sst.ReaderOptions{})
		b.Run("scan/"+c.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				it := r.NewIterator()
				for ok := it.First(); ok; ok = it.Next() {
				}
			}
			reportEntries(b, len(entries))
			b.ReportMetric(float64(len(file))/float64(len(entries)), "file-bytes/entry")
		})
	}
}

func reportEntries(b *testing.B, n int) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/entry")
}
