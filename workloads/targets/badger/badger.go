// Package badger adapts Badger to the lab.
//
// It stores on the operating system's filesystem only: Badger maps its files into memory, which no afero.Fs can offer.
// So it can be benchmarked but not tortured.
//
// The package is a module of its own. It requires Badger v4.0.0, the first version with this import path, so the go.mod
// of its user decides which version is tested.
package badger

import (
	"fmt"

	engine "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Target returns Badger with its promises.
func Target() torture.Target {
	return torture.Target{
		Name: "badger",
		Open: Open,
		Promises: torture.Promises{
			SyncSurvivesPowerCut: true, NoSyncSurvivesKill: true, LossIsSuffix: true, AtomicBatch: true,
			Linearizable: true, Transactions: true,
		},
		LogGlobs: []string{"*.mem", "*.vlog"},
	}
}

// Open opens the store of an environment, which must be on the operating system's filesystem. Every commit syncs.
func Open(env torture.Env) (workloads.Store, error) {
	if _, ok := env.FS.(*afero.OsFs); !ok {
		return nil, fmt.Errorf("%w: badger stores on the operating system's filesystem only", torture.ErrConfig)
	}
	return open(configured(bench.Config{Dir: env.Dir, MemtableBytes: 1 << 20, Sync: true}))
}

// Engine returns Badger for benchmarks: without metrics, and without a block cache, because its tables are mapped and
// not compressed.
func Engine() bench.Engine {
	return bench.Engine{
		Name:               "badger",
		Open:               func(c bench.Config) (workloads.Store, error) { return open(configured(c)) },
		NoSyncSurvivesKill: true,
		MemoryForgets:      true,
		NewMemory: func() func() (workloads.Store, error) {
			return func() (workloads.Store, error) { return open(configured(bench.MemoryConfig()).WithInMemory(true)) }
		},
	}
}

func configured(c bench.Config) engine.Options {
	return engine.DefaultOptions(c.Dir).WithSyncWrites(c.Sync).WithMemTableSize(int64(c.MemtableBytes)).
		WithValueThreshold(min(1<<20, int64(c.MemtableBytes)/10)).WithCompression(options.None).WithBlockCacheSize(0).
		WithMetricsEnabled(false).WithLogger(nil)
}

func open(o engine.Options) (workloads.Store, error) {
	db, err := engine.Open(o)
	if err != nil {
		return nil, translate(err)
	}
	return &store{db: db, syncs: o.SyncWrites || o.InMemory}, nil
}
