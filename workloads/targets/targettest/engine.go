package targettest

import (
	"slices"
	"testing"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/bench"
)

// Engine runs the suite on an engine in every configuration in which benchmarks open it.
func Engine(t *testing.T, e bench.Engine) {
	t.Helper()
	for _, way := range []struct {
		name   string
		config bench.Config
	}{
		{"by default", bench.Config{MemtableBytes: 64 << 20, CacheBytes: 256 << 20}},
		{"with Sync", bench.Config{MemtableBytes: 4 << 20, CacheBytes: 8 << 20, Sync: true}},
		{"with one full memtable", bench.Config{MemtableBytes: 8 << 20, CacheBytes: 8 << 20, FullMemtable: true}},
	} {
		t.Run(way.name, func(t *testing.T) {
			run(t, func(dir string) (workloads.Store, error) {
				c := way.config
				c.Dir = dir
				return e.Open(c)
			}, slices.Concat(tests, copies))
		})
	}
	if e.NewMemory == nil || e.MemoryForgets {
		return
	}
	t.Run("in memory", func(t *testing.T) {
		memories := map[string]func() (workloads.Store, error){}
		open := func(dir string) (workloads.Store, error) {
			if memories[dir] == nil {
				memories[dir] = e.NewMemory()
			}
			return memories[dir]()
		}
		run(t, open, tests) // without the tests of copies: each directory is a memory of its own
	})
}
