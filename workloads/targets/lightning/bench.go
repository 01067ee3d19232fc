package lightning

import (
	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/bench"
)

// Engine returns Lightning for benchmarks, opened as its users open it. In memory it does its maintenance inline,
// because the lab opens crash images that way, and the in-memory figures are about images per second.
func Engine() bench.Engine {
	return bench.Engine{
		Name:               "lightning",
		NoSyncSurvivesKill: true,
		Open: func(c bench.Config) (workloads.Store, error) {
			return open(c.Dir, engine.Options{MemtableBytes: c.MemtableBytes, CacheBytes: c.CacheBytes})
		},
		NewMemory: func() func() (workloads.Store, error) {
			c, fs := bench.MemoryConfig(), afero.NewMemMapFs()
			o := engine.Options{FS: fs, InlineMaintenance: true, MemtableBytes: c.MemtableBytes, CacheBytes: c.CacheBytes}
			return func() (workloads.Store, error) { return open("db", o) }
		},
	}
}

func open(dir string, o engine.Options) (workloads.Store, error) {
	db, err := engine.Open(dir, o)
	if err != nil {
		return nil, translate(err)
	}
	o.EnsureDefaults()
	return &store{db: db, dir: dir, options: o}, nil
}
