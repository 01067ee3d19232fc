// Package pebble puts CockroachDB's Pebble behind the lab's interface.
//
// It stores on the operating system's filesystem only. A target of the lab must reach the disk through Env.FS, which
// takes a vfs.FS on top of afero; until there is one, Pebble can be measured but not tortured.
//
// The package is a module of its own. It requires Pebble v2.1.0, the oldest version that it compiles with, so that the
// go.mod of its user decides which one is tested. Before that version, Options has no CacheSize, no
// CompactionConcurrencyRange and no ApplyCompressionSettings, and DB.Compact takes no context. Below v2.1.3 Pebble asks
// for a github.com/cockroachdb/swiss that does not compile with Go 1.26, so the module requires that of v2.1.3.
package pebble

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	engine "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Target returns Pebble with its promises. Its no-sync commits wait in the memory of the process, and transactions are
// not its own.
func Target() torture.Target {
	return torture.Target{
		Name:     "pebble",
		Open:     Open,
		Promises: torture.Promises{SyncSurvivesPowerCut: true, LossIsSuffix: true, AtomicBatch: true, Linearizable: true},
		LogGlobs: []string{"*.log"},
	}
}

// Open opens the store of an environment, which must be on the operating system's filesystem.
func Open(env torture.Env) (workloads.Store, error) {
	if _, ok := env.FS.(*afero.OsFs); !ok {
		return nil, fmt.Errorf("%w: pebble stores on the operating system's filesystem only", torture.ErrConfig)
	}
	return open(env.Dir, options(bench.Config{MemtableBytes: 1 << 20, CacheBytes: 8 << 20}, vfs.Default))
}

// Engine returns Pebble as it is measured: its defaults, but memtable, cache and bloom filters as everybody's.
func Engine() bench.Engine {
	return bench.Engine{
		Name: "pebble",
		Open: func(c bench.Config) (workloads.Store, error) {
			s, err := open(c.Dir, options(c, vfs.Default))
			if err != nil || !c.FullMemtable {
				return s, err
			}
			if err := s.(*store).growMemtable(c.MemtableBytes); err != nil {
				return nil, errors.Join(err, s.Close())
			}
			return s, nil
		},
		NewMemory: func() func() (workloads.Store, error) {
			fs := vfs.NewMem()
			return func() (workloads.Store, error) { return open("db", options(bench.MemoryConfig(), fs)) }
		},
	}
}

func options(c bench.Config, fs vfs.FS) *engine.Options {
	o := &engine.Options{
		FS:                         fs,
		FormatMajorVersion:         engine.FormatNewest,
		MemTableSize:               uint64(c.MemtableBytes),
		CacheSize:                  c.CacheBytes,
		CompactionConcurrencyRange: func() (lower, upper int) { return 1, 2 },
		Logger:                     quiet{},
	}
	o.MemTableStopWritesThreshold = 4
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	o.ApplyCompressionSettings(func() engine.DBCompressionSettings { return engine.DBCompressionNone })
	return o
}

func open(dir string, o *engine.Options) (workloads.Store, error) {
	db, err := engine.Open(dir, o)
	if err != nil {
		return nil, translate(err)
	}
	return &store{db: db}, nil
}

// growMemtable rotates until the memtable has its full size: Pebble's first one has 256 KiB, and each is twice as large
// as the one before. Nothing but an empty table is left of it.
func (s *store) growMemtable(bytesMax int) error {
	var all error
	for size := 256 << 10; size < 2*bytesMax; size *= 2 {
		all = errors.Join(all, s.db.Set([]byte{0}, nil, engine.NoSync), s.db.Flush())
	}
	return errors.Join(all, s.db.Delete([]byte{0}, engine.NoSync), s.db.Flush(), s.Compact())
}

// Compact merges everything into the last level.
func (s *store) Compact() error {
	return s.db.Compact(context.Background(), nil, bytes.Repeat([]byte{0xff}, 64), true)
}

// quiet drops what Pebble says about itself; what went wrong comes as an error.
type quiet struct{}

func (quiet) Infof(string, ...any)  {}
func (quiet) Errorf(string, ...any) {}

func (quiet) Fatalf(format string, args ...any) { panic("pebble: " + fmt.Sprintf(format, args...)) }
