package sst_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/lightningdb/lightning-torture/engine/internal/cache"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

func BenchmarkScan2000(b *testing.B) {
	file, _ := build(b, sst.WriterOptions{}, plain(2000))
	r := open(b, file, sst.ReaderOptions{})
	b.ReportAllocs()
	for b.Loop() {
		it, n := r.NewIterator(), 0
		for ok := it.First(); ok; ok = it.Next() {
			n += len(it.Key()) + len(it.Value())
		}
		if n != 2000*116 {
			b.Fatal("scan saw", n)
		}
	}
}

func BenchmarkScanBackward2000(b *testing.B) {
	file, _ := build(b, sst.WriterOptions{}, plain(2000))
	r := open(b, file, sst.ReaderOptions{})
	for b.Loop() {
		it, n := r.NewIterator(), 0
		for ok := it.Last(); ok; ok = it.Prev() {
			n++
		}
		if n != 2000 {
			b.Fatal("scan saw", n)
		}
	}
}

func benchOpen(b *testing.B, entries int) {
	b.Helper()
	file, _ := build(b, sst.WriterOptions{}, plain(entries))
	r := bytes.NewReader(file)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sst.Open(r, int64(len(file)), sst.ReaderOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen50(b *testing.B)   { benchOpen(b, 50) }
func BenchmarkOpen2000(b *testing.B) { benchOpen(b, 2000) }

func BenchmarkGetCached(b *testing.B) {
	entries := plain(2000)
	file, _ := build(b, sst.WriterOptions{}, entries)
	r := open(b, file, sst.ReaderOptions{Cache: cache.New(8 << 20)})
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i = (i + 7919) % len(entries)
		if _, _, ok, err := r.Get(entries[i].Key, key.MaxSeq); !ok || err != nil {
			b.Fatal("lost an entry", err)
		}
	}
}

func BenchmarkWrite2000(b *testing.B) {
	entries := plain(2000)
	b.ReportAllocs()
	for b.Loop() {
		w := sst.NewWriter(io.Discard, sst.WriterOptions{})
		for i := range entries {
			if err := w.Add(entries[i].Key, entries[i].Trailer, entries[i].Value); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := w.Finish(); err != nil {
			b.Fatal(err)
		}
	}
}
