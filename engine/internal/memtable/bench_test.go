package memtable_test

import (
	"math/rand/v2"
	"testing"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
)

const benchEntries = 200_000

func benchKeys() ([][]byte, []byte) {
	rng := rand.New(rand.NewPCG(1, 1))
	keys := make([][]byte, benchEntries)
	for i := range keys {
		keys[i] = keytest.Bytes(rng, 16)
	}
	return keys, keytest.Bytes(rng, 100)
}

func BenchmarkAdd(b *testing.B) {
	keys, value := benchKeys()
	table := memtable.New(64 << 20)
	i := 0
	for b.Loop() {
		if i == len(keys) {
			table, i = memtable.New(64<<20), 0
		}
		table.Add(keys[i], set(1), value)
		i++
	}
}

func BenchmarkGet(b *testing.B) {
	keys, value := benchKeys()
	table := memtable.New(64 << 20)
	for _, k := range keys {
		table.Add(k, set(1), value)
	}
	i := 0
	for b.Loop() {
		if _, _, ok := table.Get(keys[i%len(keys)], key.MaxSeq); !ok {
			b.Fatal("lost an entry")
		}
		i += 7919
	}
}

func BenchmarkTenEntries(b *testing.B) {
	value := make([]byte, 16)
	b.ReportAllocs()
	for b.Loop() {
		table := memtable.New(64 << 20)
		for i := range byte(10) {
			table.Add([]byte{'k', i}, set(1), value)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	keys, value := benchKeys()
	table := memtable.New(64 << 20)
	for _, k := range keys {
		table.Add(k, set(1), value)
	}
	it := table.NewIterator()
	for b.Loop() {
		if !it.Next() {
			it.First()
		}
	}
}
