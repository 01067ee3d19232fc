package lightning

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// option is a limit that users of the engine can set as well. Its usual value is the one in Options.
type option struct {
	torture.Limit
	set func(*engine.Options, int64)
}

// options are the limits among the engine's options. Small values let a small store reach every situation. Much smaller
// ones would only make runs long: a run explores a bounded number of crash points, and every filesystem call is one. So
// the draws let about twenty calls write a table, blob file or log, and a few dozen writes fill a memtable.
var options = []option{
	{
		torture.Limit{Name: "memtable", Text: "bytes at which a memtable is rotated out", Min: 1 << 10, Max: 64 << 20, Draw: torture.DrawSmall(10<<10, 64<<10)},
		func(o *engine.Options, n int64) { o.MemtableBytes = int(n) },
	},
	{
		torture.Limit{Name: "memtables", Text: "immutable memtables at which writers wait", Min: 1, Max: 64, Draw: torture.DrawOf(1, 1, 2, 4)},
		func(o *engine.Options, n int64) { o.MemtablesMax = int(n) },
	},
	{
		torture.Limit{Name: "level0", Text: "tables in level 0 that start a compaction", Min: 1, Max: 64, Draw: torture.DrawOf(1, 2, 2, 4, 8)},
		func(o *engine.Options, n int64) { o.L0CompactionFiles = int(n) },
	},
	{
		torture.Limit{Name: "log-ahead", Text: "bytes of zeros written ahead of the end of a log; -1: none", Min: -1, Max: 16 << 20, Draw: torture.DrawOf(-1, 1, 512, 64<<10)},
		func(o *engine.Options, n int64) { o.LogAheadBytes = n },
	},
	{
		torture.Limit{Name: "level-base", Text: "bytes below which a level stays empty", Min: 1, Max: 1 << 40, Draw: torture.DrawSmall(4<<10, 256<<10)},
		func(o *engine.Options, n int64) { o.LevelBytesBase = n },
	},
	{
		torture.Limit{Name: "level-ratio", Text: "size of a level relative to the one above", Min: 2, Max: 100, Draw: torture.DrawOf(2, 2, 3, 10)},
		func(o *engine.Options, n int64) { o.LevelSizeRatio = int(n) },
	},
	{
		torture.Limit{Name: "compactions", Text: "compactions that run at once, except during recovery", Min: 1, Max: 16, Draw: torture.DrawOf(2, 3, 4)},
		func(o *engine.Options, n int64) { o.CompactionsMax = int(n) },
	},
	{
		torture.Limit{Name: "inline", Text: "1: maintenance is done by the writers, however many there are", Min: 0, Max: 1, Draw: torture.DrawOf(0, 0, 1)},
		func(o *engine.Options, n int64) { o.InlineMaintenance = o.InlineMaintenance || n == 1 },
	},
	{
		torture.Limit{Name: "table", Text: "bytes at which a compaction starts a new table", Min: 1, Max: 1 << 40, Draw: torture.DrawSmall(8<<10, 256<<10)},
		func(o *engine.Options, n int64) { o.TableBytes = n },
	},
	{
		torture.Limit{Name: "block", Text: "bytes of a table's blocks", Min: 1, Max: 1 << 20, Draw: orOne(torture.DrawSmall(256, 16<<10))},
		func(o *engine.Options, n int64) { o.BlockBytes = int(n) },
	},
	{
		torture.Limit{Name: "compression", Text: "compression of table blocks; 0: none, 1: snappy, 2: zstd", Min: 0, Max: 2, Draw: torture.DrawOf(0, 1, 1, 1, 2)},
		func(o *engine.Options, n int64) { o.Compression = engine.Compression(n) },
	},
	{
		torture.Limit{Name: "bloom-bits", Text: "filter bits per key; -1: no filter", Min: -1, Max: 64, Draw: torture.DrawOf(-1, 1, 2, 20)},
		func(o *engine.Options, n int64) { o.BloomBitsPerKey = int(n) },
	},
	{
		torture.Limit{Name: "cache", Text: "bytes of cached blocks; -1: no cache", Min: -1, Max: 1 << 40, Draw: torture.DrawOf(-1, 1<<10, 16<<10, 128<<10)},
		func(o *engine.Options, n int64) { o.CacheBytes = n },
	},
	{
		torture.Limit{Name: "open-files", Text: "tables and blob files kept open", Min: 1, Max: 1 << 20, Draw: torture.DrawOf(1, 1, 2, 5, 20)},
		func(o *engine.Options, n int64) { o.MaxOpenFiles = int(n) },
	},
	{
		torture.Limit{Name: "blob-value", Text: "bytes from which a value goes to a blob file; -1: never", Min: -1, Max: 1 << 30, Draw: torture.DrawOf(-1, -1, 1, 50, 100, 100, 1000, 1000)},
		func(o *engine.Options, n int64) { o.BlobValueBytes = int(n) },
	},
	{
		torture.Limit{Name: "large-value", Text: "bytes above which a value goes to a blob file at its commit", Min: 1, Max: 1 << 30, Draw: orOne(torture.DrawOf(90, 100, 1000, 2000))},
		func(o *engine.Options, n int64) { o.LargeValueBytes = int(n) },
	},
	{
		torture.Limit{Name: "blob-file", Text: "bytes at which a new blob file is started", Min: 1, Max: 1 << 40, Draw: torture.DrawSmall(1<<10, 64<<10)},
		func(o *engine.Options, n int64) { o.BlobFileBytes = n },
	},
}

// draws replaces the draw of some inner limits of the engine; the others are drawn between their smallest and usual
// value.
var draws = map[string]func(*rand.Rand) int64{
	"manifest-roll":   torture.DrawSmall(256, 64<<10),
	"manifest-growth": torture.DrawOf(1, 2, 2, 4),
	"conflict-keys":   torture.DrawSmall(2, 4096),
	"conflict-bytes":  torture.DrawSmall(16, 64<<10),
	"conflict-idle":   torture.DrawOf(1, 1, 8, 64),
	"pending-commits": torture.DrawOf(1, 2, 4, 64),
	"stop-factor":     torture.DrawOf(1, 1, 2),
	"small-tables":    torture.DrawOf(1, 1, 2, 4),
	"small-blobs":     torture.DrawOf(1, 1, 2),
	"log-spill":       orOne(torture.DrawSmall(256, 64<<10)),
	"log-gather":      orOne(torture.DrawSmall(256, 64<<10)),
	"table-write":     orOne(torture.DrawSmall(2<<10, 64<<10)),
	"blob-write":      orOne(torture.DrawSmall(512, 64<<10)),
	"table-whole":     orOne(torture.DrawSmall(4<<10, 64<<10)),
	"table-tail":      torture.DrawSmall(256, 8<<10),
	"read-ahead":      orOne(torture.DrawSmall(2<<10, 256<<10)),
	"table-layout":    torture.DrawOf(1, 2),
	"first-file":      torture.DrawStart(1 << 61),
	"first-marker":    torture.DrawStart(1 << 61),
	"first-sequence":  torture.DrawStart(1 << 54),
}

// orOne returns a draw that is 1 once in sixteen times, and otherwise draws from mostly.
func orOne(mostly func(*rand.Rand) int64) func(*rand.Rand) int64 {
	return func(rng *rand.Rand) int64 {
		if rng.IntN(16) == 0 {
			return 1
		}
		return mostly(rng)
	}
}

// Limits returns the limits that a run can set.
func Limits() []torture.Limit {
	usual := Options(nil, true)
	usual.EnsureDefaults()
	values := map[string]int64{
		"memtable": int64(usual.MemtableBytes), "memtables": int64(usual.MemtablesMax), "level0": int64(usual.L0CompactionFiles),
		"log-ahead": usual.LogAheadBytes, "level-base": usual.LevelBytesBase, "level-ratio": int64(usual.LevelSizeRatio),
		"compactions": usualCompactions, "table": usual.TableBytes, "block": int64(usual.BlockBytes), "open-files": 1000,
		"bloom-bits": int64(usual.BloomBitsPerKey), "cache": usual.CacheBytes,
		"blob-value": int64(usual.BlobValueBytes), "large-value": int64(usual.LargeValueBytes), "blob-file": usual.BlobFileBytes,
	}
	var all []torture.Limit
	for _, o := range options {
		l := o.Limit
		l.Usual = values[l.Name]
		all = append(all, l)
	}
	for _, k := range engine.KnownLimits() {
		all = append(all, torture.Limit{Name: k.Name, Text: k.Text, Min: k.Min, Max: k.Max, Usual: k.Default, Draw: draws[k.Name]})
	}
	return all
}

// roomy returns the limits for a store of gigabytes: the engine's defaults, but for the memtable, which is flushed more often.
func roomy() torture.Limits {
	o := engine.Options{}
	o.EnsureDefaults()
	const memtable = 4 << 20
	return torture.Limits{
		"memtable": memtable, "log-ahead": o.LogAheadBytes, "level0": int64(o.L0CompactionFiles), "level-base": o.LevelBytesBase,
		"level-ratio": int64(o.LevelSizeRatio), "table": o.TableBytes, "blob-value": int64(o.BlobValueBytes), "large-value": int64(o.LargeValueBytes),
		"blob-file": o.BlobFileBytes,
	}
}

// handlesMax returns the most files and directories that the store has open at once under the limits of a run: those
// that MaxOpenFiles bounds, a log for each memtable, two for each compaction, and a few for the manifest, the growing
// blob file, the output of a flush, and directories being synced.
func handlesMax(l torture.Limits) int {
	o := Options(nil, true)
	o.EnsureDefaults()
	if err := apply(&o, l); err != nil {
		return math.MaxInt32
	}
	beside := int64(usualCompactions)
	if n, set := l["compactions"]; set {
		beside = n
	}
	return o.MaxOpenFiles + o.MemtablesMax + handlesBeside + 2*int(beside)
}

const handlesBeside = 4

// usualCompactions is the number of concurrent compactions unless a run sets another one; it is the same on every
// machine.
const usualCompactions = 1

// unreached returns the engine's limits that cannot be lowered, because they are part of its interface or its formats.
func unreached() []string {
	return []string{
		"values of 1 GiB", "batches of 2 GiB", "memtables of 4 GiB", "logs of 8 GiB", "7 levels of tables",
	}
}

// apply sets the limits of a run.
func apply(o *engine.Options, limits torture.Limits) error {
	for name, n := range limits {
		set := func(o *engine.Options, n int64) error { return o.Limits.Set(name, n) }
		for _, known := range options {
			if known.Name == name {
				set = func(o *engine.Options, n int64) error { known.set(o, n); return nil }
			}
		}
		if err := set(o, n); err != nil {
			return fmt.Errorf("lightning: %w", err)
		}
	}
	return nil
}
