package pebble

import (
	"errors"

	engine "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable/block"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Engine returns Pebble for benchmarks: with its defaults, except for the memtable, cache and bloom filters, which all
// engines share.
func Engine() bench.Engine {
	return bench.Engine{
		Name: "pebble",
		Open: func(c bench.Config) (workloads.Store, error) {
			s, err := openWith(c.Dir, measured(c, vfs.Default))
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
			return func() (workloads.Store, error) { return openWith("db", measured(bench.MemoryConfig(), fs)) }
		},
	}
}

func measured(c bench.Config, fs vfs.FS) *engine.Options {
	o := &engine.Options{
		FS:                         fs,
		FormatMajorVersion:         engine.FormatNewest,
		MemTableSize:               uint64(c.MemtableBytes),
		CacheSize:                  c.CacheBytes,
		CompactionConcurrencyRange: func() (lower, upper int) { return 1, 2 },
		Logger:                     logger{torture.Env{}},
	}
	o.MemTableStopWritesThreshold = 4
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	compress(o, block.NoCompression)
	return o
}

// growMemtable rotates memtables until they have their full size: Pebble's first one has 256 KiB, and each later one is
// twice as large. It leaves nothing but an empty table.
func (s *store) growMemtable(bytesMax int) error {
	var all error
	for size := 256 << 10; size < 2*bytesMax; size *= 2 {
		all = errors.Join(all, s.db.Set([]byte{0}, nil, engine.NoSync), s.db.Flush())
	}
	return errors.Join(all, s.db.Delete([]byte{0}, engine.NoSync), s.db.Flush(), s.Compact())
}
