package sst_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"sort"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/lightningdb/lightning-torture/engine/internal/cache"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

// largeEntries are those of the comparison with other engines: random keys of 16 bytes, values of 100.
var largeEntries = sync.OnceValue(func() []keytest.Entry {
	rng := rand.New(rand.NewPCG(1, 1))
	entries := make([]keytest.Entry, 1_000_000)
	for i := range entries {
		entries[i] = keytest.Entry{
			Key: keytest.Bytes(rng, 16), Trailer: key.MakeTrailer(key.Seq(i+1), key.Set), Value: keytest.Bytes(rng, 100),
		}
	}
	sort.Slice(entries, func(i, j int) bool { return bytes.Compare(entries[i].Key, entries[j].Key) < 0 })
	return entries
})

// largeTable is one table with all of them, and lookups in random order.
var largeTable = sync.OnceValues(func() (*sst.Reader, [][]byte) {
	entries := largeEntries()
	var file bytes.Buffer
	w := sst.NewWriter(&file, sst.WriterOptions{BlockBytes: 16 << 10, Layout: sst.Columns})
	for _, e := range entries {
		if err := w.Add(e.Key, e.Trailer, e.Value); err != nil {
			panic(err)
		}
	}
	if _, err := w.Finish(); err != nil {
		panic(err)
	}
	o := sst.ReaderOptions{Cache: cache.New(256 << 20)}
	r, err := sst.Open(bytes.NewReader(file.Bytes()), int64(file.Len()), o)
	if err != nil {
		panic(err)
	}
	lookups := make([][]byte, len(entries))
	for i, at := range rand.New(rand.NewPCG(2, 2)).Perm(len(entries)) {
		lookups[i] = entries[at].Key
	}
	for _, user := range lookups {
		if _, _, ok, err := r.Get(user, key.MaxSeq); !ok || err != nil {
			panic(err)
		}
	}
	return r, lookups
})

func BenchmarkLargeGet(b *testing.B) {
	r, lookups := largeTable()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, _, ok, _ := r.Get(lookups[i%len(lookups)], key.MaxSeq); !ok {
			b.Fatal("lost an entry")
		}
	}
}

func BenchmarkLargeGetMissing(b *testing.B) {
	r, lookups := largeTable()
	b.ReportAllocs()
	user := make([]byte, 16)
	for i := 0; b.Loop(); i++ {
		copy(user, lookups[i%len(lookups)])
		user[15]++
		if _, _, ok, _ := r.Get(user, key.MaxSeq); ok {
			b.Fatal("found what is not there")
		}
	}
}

func BenchmarkLargeGetParallel(b *testing.B) {
	r, lookups := largeTable()
	b.SetParallelism(4)
	var begun atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for i := int(begun.Add(1)) * 7919; pb.Next(); i++ { // somewhere else in each goroutine
			r.Get(lookups[i%len(lookups)], key.MaxSeq)
		}
	})
}

func BenchmarkLargeScan(b *testing.B) {
	r, _ := largeTable()
	it := r.NewIterator()
	n, ok := 0, false
	for b.Loop() {
		if !ok {
			ok = it.First()
		} else {
			ok = it.Next()
		}
		n += len(it.Value())
	}
	_, _ = io.Discard.Write([]byte{byte(n)})
}

func BenchmarkLargeScanBackward(b *testing.B) {
	r, _ := largeTable()
	it := r.NewIterator()
	ok := false
	for b.Loop() {
		if !ok {
			ok = it.Last()
		} else {
			ok = it.Prev()
		}
	}
}
