package goleveldb

import (
	engine "github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/filter"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/storage"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Engine returns goleveldb for benchmarks, with its own file storage. Compactions triggered by reads are off, because
// they would make a run depend on the one before.
func Engine() bench.Engine {
	return bench.Engine{
		Name:               "goleveldb",
		Open:               openFile,
		NoSyncSurvivesKill: true,
		NewMemory: func() func() (workloads.Store, error) {
			memory := storage.NewMemStorage()
			return func() (workloads.Store, error) {
				db, err := engine.Open(memory, measured(bench.MemoryConfig()))
				return opened(db, nil, torture.Env{}.Stop, err)
			}
		},
	}
}

func measured(c bench.Config) *opt.Options {
	return &opt.Options{
		WriteBuffer: c.MemtableBytes, BlockCacheCapacity: int(c.CacheBytes), Filter: filter.NewBloomFilter(10),
		Compression: opt.NoCompression, DisableSeeksCompaction: true,
	}
}

// openFile works like engine.OpenFile, except that the files are closed even if opening fails.
func openFile(c bench.Config) (workloads.Store, error) {
	files, err := storage.OpenFile(c.Dir, false)
	if err != nil {
		return nil, translate(err)
	}
	db, err := engine.Open(files, measured(c))
	return opened(db, files, torture.Env{}.Stop, err)
}
