package memtable_test

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
)

var benchSizes = []int{400_000, 1_000_000}

// benchKeys returns random keys and a value.
func benchKeys(n int, seed uint64) ([][]byte, []byte) {
	rng := rand.New(rand.NewPCG(seed, 1))
	keys := make([][]byte, n)
	for i := range keys {
		keys[i] = keytest.Bytes(rng, 16)
	}
	return keys, keytest.Bytes(rng, 100)
}

// benchTable returns an empty table sized for the given number of entries, or one that has them.
func benchTable(n int, keys [][]byte, value []byte) *memtable.Table {
	table := memtable.New(n * 160)
	for i, k := range keys {
		table.Add(k, set(key.Seq(i+1)), value)
	}
	return table
}

func bySize(b *testing.B, run func(b *testing.B, n int)) {
	b.Helper()
	for _, n := range benchSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) { run(b, n) })
	}
}

func BenchmarkAdd(b *testing.B) {
	bySize(b, func(b *testing.B, n int) {
		b.Helper()
		keys, value := benchKeys(n, 1)
		table, i := benchTable(n, nil, nil), 0
		for b.Loop() {
			if i == n {
				table, i = benchTable(n, nil, nil), 0
			}
			table.Add(keys[i], set(key.Seq(i+1)), value)
			i++
		}
	})
}

// BenchmarkAddAscending compares Add with an Inserter where the latter helps most.
func BenchmarkAddAscending(b *testing.B) {
	const n = 400_000
	value := make([]byte, 100)
	for _, with := range []string{"Add", "Inserter"} {
		b.Run(with, func(b *testing.B) {
			var add func([]byte, key.Trailer, []byte)
			user, i := make([]byte, 0, 16), n
			for b.Loop() {
				if i == n {
					table := benchTable(n, nil, nil)
					in := table.Inserter()
					if add, i = in.Add, 0; with == "Add" {
						add = table.Add
					}
				}
				user = fmt.Appendf(user[:0], "%016d", i)
				i++
				add(user, set(key.Seq(i)), value)
			}
		})
	}
}

// BenchmarkAddParallel fills one table from all processors, and continues beyond n.
func BenchmarkAddParallel(b *testing.B) {
	bySize(b, func(b *testing.B, n int) {
		b.Helper()
		keys, value := benchKeys(n, 1)
		table := benchTable(n, nil, nil)
		var next atomic.Uint64
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				i := next.Add(1)
				table.Add(keys[i%uint64(n)], set(key.Seq(i)), value)
			}
		})
	})
}

func benchGet(b *testing.B, seed uint64) {
	b.Helper()
	bySize(b, func(b *testing.B, n int) {
		b.Helper()
		keys, value := benchKeys(n, 1)
		table := benchTable(n, keys, value)
		wanted, _ := benchKeys(n, seed)
		i := 0
		for b.Loop() {
			if _, _, ok := table.Get(wanted[i%n], key.MaxSeq); ok != (seed == 1) {
				b.Fatal("lost or found an entry")
			}
			i += 7919
		}
	})
}

func BenchmarkGetHit(b *testing.B)  { benchGet(b, 1) }
func BenchmarkGetMiss(b *testing.B) { benchGet(b, 2) }

func BenchmarkGetParallel(b *testing.B) {
	bySize(b, func(b *testing.B, n int) {
		b.Helper()
		keys, value := benchKeys(n, 1)
		table := benchTable(n, keys, value)
		b.ResetTimer()
		var next atomic.Int64
		b.RunParallel(func(pb *testing.PB) {
			for i := int(next.Add(1)) * n / 8; pb.Next(); i += 7919 {
				table.Get(keys[i%n], key.MaxSeq)
			}
		})
	})
}

// BenchmarkSearch measures what a Get would cost without the index.
func BenchmarkSearch(b *testing.B) {
	bySize(b, func(b *testing.B, n int) {
		b.Helper()
		keys, value := benchKeys(n, 1)
		it := benchTable(n, keys, value).NewIterator()
		i := 0
		for b.Loop() {
			it.SeekGE(keys[i%n], key.MaxSeq)
			i += 7919
		}
	})
}

func BenchmarkTenEntries(b *testing.B) {
	value := make([]byte, 16)
	b.ReportAllocs()
	for b.Loop() {
		table := memtable.New(64 << 20)
		for i := range byte(10) {
			table.Add([]byte{'k', i}, set(key.Seq(i)), value)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	keys, value := benchKeys(400_000, 1)
	it := benchTable(len(keys), keys, value).NewIterator()
	for b.Loop() {
		if !it.Next() {
			it.First()
		}
	}
}
