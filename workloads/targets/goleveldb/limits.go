package goleveldb

import (
	"reflect"
	"slices"

	"github.com/syndtr/goleveldb/leveldb/filter"
	"github.com/syndtr/goleveldb/leveldb/opt"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// option is a limit with the engine option that it sets.
type option struct {
	torture.Limit
	set func(*opt.Options, int64)
}

// options are the limits that a run may set. With the usual values, a few hundred operations rotate the journal and
// compact.
var options = []option{
	{
		torture.Limit{Name: "memtable", Text: "bytes of a memtable", Min: 1 << 10, Max: 64 << 20, Usual: 32 << 10, Draw: torture.DrawSmall(2<<10, 64<<10)},
		func(o *opt.Options, n int64) { o.WriteBuffer = int(n) },
	},
	{
		torture.Limit{Name: "level0", Text: "tables in level 0 that start a compaction", Min: 1, Max: 64, Usual: 4, Draw: torture.DrawOf(1, 2, 2, 8)},
		func(o *opt.Options, n int64) {
			o.CompactionL0Trigger, o.WriteL0SlowdownTrigger, o.WriteL0PauseTrigger = int(n), int(2*n), int(3*n)
		},
	},
	{
		torture.Limit{Name: "table", Text: "bytes at which a compaction starts a new table", Min: 1 << 10, Max: 1 << 30, Usual: 32 << 10, Draw: torture.DrawSmall(2<<10, 64<<10)},
		func(o *opt.Options, n int64) { o.CompactionTableSize = int(n) },
	},
	{
		torture.Limit{Name: "level-base", Text: "bytes of level 1", Min: 1 << 10, Max: 1 << 30, Usual: 128 << 10, Draw: torture.DrawSmall(4<<10, 128<<10)},
		func(o *opt.Options, n int64) { o.CompactionTotalSize = int(n) },
	},
	{
		torture.Limit{Name: "block", Text: "bytes of a table's blocks", Min: 1, Max: 1 << 20, Usual: 4 << 10, Draw: torture.DrawSmall(64, 4<<10)},
		func(o *opt.Options, n int64) { o.BlockSize = int(n) },
	},
	{
		torture.Limit{Name: "open-files", Text: "tables kept open", Min: 1, Max: 1 << 20, Usual: 500, Draw: torture.DrawOf(1, 2, 5)},
		func(o *opt.Options, n int64) { o.OpenFilesCacheCapacity = int(n) },
	},
	{
		torture.Limit{Name: manifest, Text: "bytes at which a new manifest is started", Min: 1, Max: 1 << 30, Usual: 64 << 20, Draw: torture.DrawSmall(1, 4<<10)},
		func(o *opt.Options, n int64) { maxManifest(o).SetInt(n) },
	},
	{
		torture.Limit{Name: "snappy", Text: "1: compressed blocks; 0: uncompressed blocks", Min: 0, Max: 1, Usual: 0, Draw: torture.DrawOf(1)},
		func(o *opt.Options, n int64) {
			o.Compression = opt.NoCompression
			if n == 1 {
				o.Compression = opt.SnappyCompression
			}
		},
	},
	{
		torture.Limit{Name: "bloom-bits", Text: "filter bits per key; 0: no filter", Min: 0, Max: 64, Usual: 10, Draw: torture.DrawOf(0, 1, 20)},
		func(o *opt.Options, n int64) {
			if n > 0 {
				o.Filter = filter.NewBloomFilter(int(n))
			}
		},
	},
}

// manifest is the limit that versions before June 2022 lack.
const manifest = "manifest"

// maxManifest returns the field behind that limit; it is invalid if the version under test has none.
func maxManifest(o *opt.Options) reflect.Value {
	return reflect.ValueOf(o).Elem().FieldByName("MaxManifestFileSize")
}

// available are the options that the version under test has.
var available = slices.DeleteFunc(slices.Clone(options), func(o option) bool {
	return o.Name == manifest && !maxManifest(&opt.Options{}).IsValid()
})

func limits() (all []torture.Limit) {
	for _, o := range available {
		all = append(all, o.Limit)
	}
	return all
}

// optionsOf returns the options for the limits of a run. Compactions triggered by reads are off, and so is the delay of
// a second and more after a failed compaction.
func optionsOf(set torture.Limits) *opt.Options {
	o := &opt.Options{BlockCacheCapacity: 1 << 20, DisableSeeksCompaction: true, DisableCompactionBackoff: true}
	for _, known := range available {
		n, ok := set[known.Name]
		if !ok {
			n = known.Usual
		}
		known.set(o, n)
	}
	return o
}

// quiet switches off automatic compactions, each of which runs on its own goroutine, so that a recovery makes the same
// calls every time. Compactions on request remain.
func quiet(o *opt.Options) {
	const never = 1 << 30
	o.CompactionL0Trigger, o.WriteL0SlowdownTrigger, o.WriteL0PauseTrigger, o.CompactionTotalSize = never, never, never, never
}
