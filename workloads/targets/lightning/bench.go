package lightning

import (
	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/bench"
)

// Engine returns Lightning as it is measured: as its users open it. In memory it does its maintenance inline, because
// that is how the lab opens crash images, whose number is what opening in memory is measured for.
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
	return &store{db: db}, nil
}
