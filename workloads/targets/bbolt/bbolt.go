// Package bbolt adapts bbolt to the lab. All keys are in one bucket.
//
// It stores on the operating system's filesystem only: bbolt maps its file into memory, which no afero.Fs can offer. So
// it can be benchmarked but not tortured.
//
// The package is a module of its own. It requires bbolt v1.3.3, the oldest version that works with it, so the go.mod of
// its user decides which version is tested. v1.3.2 compiles, but panics when a transaction is rolled back in a store
// without a free list on disk.
package bbolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/afero"
	engine "go.etcd.io/bbolt"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// mapBytes is the initial size of the map; growing a map would wait for all readers.
const mapBytes = 1 << 30

var bucket = []byte("all")

// Target returns bbolt with its promises.
func Target() torture.Target {
	return torture.Target{
		Name: "bbolt",
		Open: Open,
		Promises: torture.Promises{
			SyncSurvivesPowerCut: true, NoSyncSurvivesKill: true, LossIsSuffix: true, AtomicBatch: true,
			Linearizable: true, Transactions: true,
		},
	}
}

// Open opens the store of an environment, which must be on the operating system's filesystem. Every commit syncs.
func Open(env torture.Env) (workloads.Store, error) {
	if _, ok := env.FS.(*afero.OsFs); !ok {
		return nil, fmt.Errorf("%w: bbolt stores on the operating system's filesystem only", torture.ErrConfig)
	}
	return open(bench.Config{Dir: env.Dir, Sync: true})
}

// Engine returns bbolt for benchmarks. It has neither a memtable nor a cache of its own.
func Engine() bench.Engine {
	return bench.Engine{
		Name: "bbolt", Open: open, NoSyncSurvivesKill: true,
		Lacks: map[string]string{
			"get-memtable":          "it has no memtable",
			"get-compacted":         "it has no compaction: see get",
			"get-missing-compacted": "it has no compaction: see get-missing",
			"scan-compacted":        "it has no compaction: see scan",
			"open-close":            "it needs a file to map",
		},
	}
}

func open(c bench.Config) (workloads.Store, error) {
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return nil, err
	}
	db, err := engine.Open(filepath.Join(c.Dir, "bbolt.db"), 0o644, &engine.Options{
		NoSync: !c.Sync, NoGrowSync: !c.Sync, NoFreelistSync: true, FreelistType: engine.FreelistMapType,
		InitialMmapSize: mapBytes,
	})
	if err != nil {
		return nil, translate(err)
	}
	s := &store{db}
	err = db.Update(func(tx *engine.Tx) error {
		_, err := tx.CreateBucketIfNotExists(bucket)
		return err
	})
	if err != nil {
		return nil, translate(errors.Join(err, db.Close()))
	}
	return s, nil
}
