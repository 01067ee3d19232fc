package pebble

import (
	engine "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable/block"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// cache is shared by all stores: making and emptying one for each recovery would cost more than the recovery.
var cache = engine.NewCache(8 << 20)

// option is a limit with the engine option that it sets.
type option struct {
	torture.Limit
	set func(*engine.Options, int64)
}

// options are the limits that a run may set. With the usual values, a few hundred operations flush and compact.
var options = []option{
	{
		torture.Limit{Name: "memtable", Text: "bytes of a memtable", Min: 8 << 10, Max: 64 << 20, Usual: 64 << 10},
		func(o *engine.Options, n int64) { o.MemTableSize = uint64(n) },
	},
	{
		torture.Limit{Name: "memtables", Text: "memtables at which writers wait", Min: 2, Max: 64, Usual: 4, Draw: torture.DrawOf(2, 2, 3)},
		func(o *engine.Options, n int64) { o.MemTableStopWritesThreshold = int(n) },
	},
	{
		torture.Limit{Name: "level0", Text: "sublevels of level 0 that start a compaction", Min: 1, Max: 64, Usual: 2, Draw: torture.DrawOf(1, 1, 2, 4)},
		func(o *engine.Options, n int64) { o.L0CompactionThreshold = int(n) },
	},
	{
		torture.Limit{Name: "level-base", Text: "bytes of the first level below level 0", Min: 1, Max: 1 << 30, Usual: 64 << 10},
		func(o *engine.Options, n int64) { o.LBaseMaxBytes = n },
	},
	{
		torture.Limit{Name: "table", Text: "bytes at which a compaction starts a new table", Min: 1, Max: 1 << 30, Usual: 32 << 10, Draw: torture.DrawSmall(2<<10, 64<<10)},
		func(o *engine.Options, n int64) {
			for i := range o.TargetFileSizes {
				o.TargetFileSizes[i] = n
			}
			o.FlushSplitBytes = 2 * n
		},
	},
	{
		torture.Limit{Name: "block", Text: "bytes of a table's blocks", Min: 1, Max: 1 << 20, Usual: 4 << 10, Draw: torture.DrawSmall(64, 4<<10)},
		func(o *engine.Options, n int64) {
			for i := range o.Levels {
				o.Levels[i].BlockSize, o.Levels[i].IndexBlockSize = int(n), int(n)
			}
		},
	},
	{
		torture.Limit{Name: "manifest", Text: "bytes at which a new manifest is started", Min: 1, Max: 1 << 30, Usual: 128 << 20, Draw: torture.DrawSmall(1, 4<<10)},
		func(o *engine.Options, n int64) { o.MaxManifestFileSize = n },
	},
	{
		torture.Limit{Name: "separate", Text: "bytes from which a value goes to a blob file; 0: never", Min: 0, Max: 1 << 20, Usual: 0, Draw: torture.DrawOf(1, 50, 100, 300)},
		separate,
	},
	{
		torture.Limit{Name: "snappy", Text: "1: compressed blocks; 0: uncompressed blocks", Min: 0, Max: 1, Usual: 0, Draw: torture.DrawOf(1)},
		func(o *engine.Options, n int64) {
			if n == 1 {
				compress(o, block.FastestCompression)
			}
		},
	},
	{
		torture.Limit{Name: "bloom-bits", Text: "filter bits per key; 0: no filter", Min: 0, Max: 64, Usual: 10, Draw: torture.DrawOf(0, 1, 20)},
		func(o *engine.Options, n int64) {
			for i := range o.Levels {
				o.Levels[i].FilterPolicy = bloom.FilterPolicy(n)
				if n == 0 {
					o.Levels[i].FilterPolicy = engine.NoFilterPolicy
				}
			}
		},
	},
}

func limits() []torture.Limit {
	all := make([]torture.Limit, len(options))
	for i, o := range options {
		all[i] = o.Limit
	}
	return all
}

// optionsOf returns the options for the limits of a run. Background reads are switched off as far as possible, so that
// a recovery makes the same calls every time.
func optionsOf(set torture.Limits) *engine.Options {
	o := &engine.Options{
		FormatMajorVersion: engine.FormatNewest, Cache: cache, DisableTableStats: true, MaxOpenFiles: 100,
		CompactionConcurrencyRange: func() (lower, upper int) { return 1, 1 },
	}
	o.Experimental.FileCacheShards = 1
	compress(o, block.NoCompression)
	for _, known := range options {
		n, ok := set[known.Name]
		if !ok {
			n = known.Usual
		}
		known.set(o, n)
	}
	return o
}

func compress(o *engine.Options, profile *block.CompressionProfile) {
	o.ApplyCompressionSettings(func() engine.DBCompressionSettings { return engine.UniformDBCompressionSettings(profile) })
}

func separate(o *engine.Options, bytesMin int64) {
	if bytesMin == 0 {
		return
	}
	o.Experimental.ValueSeparationPolicy = func() engine.ValueSeparationPolicy {
		return engine.ValueSeparationPolicy{
			Enabled: true, MinimumSize: int(bytesMin), MaxBlobReferenceDepth: 2, TargetGarbageRatio: 0.2,
		}
	}
}
