// Package goleveldb puts goleveldb behind the lab's interface.
//
// It stores on the operating system's filesystem only. A target of the lab must reach the disk through Env.FS, which
// takes a storage.Storage on top of afero; until there is one, goleveldb can be measured but not tortured.
//
// The package is a module of its own. It requires the commit of 2019-09-19 that introduced Options.DisableSeeksCompaction,
// the oldest version that it compiles with, so that the go.mod of its user decides which one is tested. The only release,
// v1.0.0, is older and lacks that option.
package goleveldb

import (
	"fmt"

	"github.com/spf13/afero"
	engine "github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/filter"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/storage"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Target returns goleveldb with its promises. The transactions of the adapter are not the engine's own.
func Target() torture.Target {
	return torture.Target{
		Name: "goleveldb",
		Open: Open,
		Promises: torture.Promises{
			SyncSurvivesPowerCut: true, NoSyncSurvivesKill: true, LossIsSuffix: true, AtomicBatch: true, Linearizable: true,
		},
		LogGlobs: []string{"*.log"},
	}
}

// Open opens the store of an environment, which must be on the operating system's filesystem.
func Open(env torture.Env) (workloads.Store, error) {
	if _, ok := env.FS.(*afero.OsFs); !ok {
		return nil, fmt.Errorf("%w: goleveldb stores on the operating system's filesystem only", torture.ErrConfig)
	}
	return openFile(env.Dir, options(bench.Config{MemtableBytes: 1 << 20, CacheBytes: 8 << 20}))
}

// Engine returns goleveldb as it is measured. Compactions that reads start are off: they would make a run depend on the
// one before.
func Engine() bench.Engine {
	return bench.Engine{
		Name:               "goleveldb",
		Open:               func(c bench.Config) (workloads.Store, error) { return openFile(c.Dir, options(c)) },
		NoSyncSurvivesKill: true,
		NewMemory: func() func() (workloads.Store, error) {
			memory := storage.NewMemStorage()
			return func() (workloads.Store, error) {
				db, err := engine.Open(memory, options(bench.MemoryConfig()))
				return opened(db, nil, err)
			}
		},
	}
}

func options(c bench.Config) *opt.Options {
	return &opt.Options{
		WriteBuffer: c.MemtableBytes, BlockCacheCapacity: int(c.CacheBytes), Filter: filter.NewBloomFilter(10),
		Compression: opt.NoCompression, DisableSeeksCompaction: true,
	}
}

// openFile does what engine.OpenFile does, but gives the files back when the store is closed even if opening failed.
func openFile(dir string, o *opt.Options) (workloads.Store, error) {
	files, err := storage.OpenFile(dir, false)
	if err != nil {
		return nil, translate(err)
	}
	db, err := engine.Open(files, o)
	return opened(db, files, err)
}
