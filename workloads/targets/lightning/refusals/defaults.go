package refusals

import (
	"errors"

	"github.com/lightningdb/lightning-torture/engine"
)

// Defaults checks that unset options get the documented defaults and set ones stay, and that only limits which are set
// are printed.
func Defaults() error {
	var o, set engine.Options
	o.EnsureDefaults()
	var wrong error
	for _, d := range []struct {
		name string
		got  int64
		want int64
	}{
		{"MemtableBytes", int64(o.MemtableBytes), 64 << 20},
		{"MemtablesMax", int64(o.MemtablesMax), 4},
		{"L0CompactionFiles", int64(o.L0CompactionFiles), 4},
		{"LogAheadBytes", o.LogAheadBytes, 256 << 10},
		{"LevelBytesBase", o.LevelBytesBase, 128 << 20},
		{"LevelSizeRatio", int64(o.LevelSizeRatio), 10},
		{"CompactionsMax", max(1, min(int64(o.CompactionsMax), 4)), int64(o.CompactionsMax)},
		{"TableBytes", o.TableBytes, 8 << 20},
		{"BlockBytes", int64(o.BlockBytes), 8 << 10},
		{"Compression", int64(o.Compression), int64(engine.CompressionNone)},
		{"BloomBitsPerKey", int64(o.BloomBitsPerKey), 10},
		{"MaxOpenFiles", max(1, min(int64(o.MaxOpenFiles), 1000)), int64(o.MaxOpenFiles)},
		{"CacheBytes", o.CacheBytes, 64 << 20},
		{"BlobValueBytes", int64(o.BlobValueBytes), 1 << 10},
		{"LargeValueBytes", int64(o.LargeValueBytes), 1 << 20},
		{"BlobFileBytes", o.BlobFileBytes, 256 << 20},
		{"KeyBytesMax", engine.KeyBytesMax, 64 << 10},
		{"ValueBytesMax", engine.ValueBytesMax, 1 << 30},
		{"BatchBytesMax", engine.BatchBytesMax, 2<<30 - 1},
	} {
		if d.got != d.want {
			wrong = errors.Join(wrong, accepted("%s is %d by default, but documented as %d", d.name, d.got, d.want))
		}
	}
	set.InlineMaintenance, set.MemtableBytes = true, 1<<20
	set.EnsureDefaults()
	if set.CompactionsMax != 1 || set.MemtableBytes != 1<<20 || set.Clock != nil || o.Clock == nil {
		wrong = errors.Join(wrong, accepted("EnsureDefaults turns options for inline maintenance into %+v", set))
	}
	return errors.Join(wrong, limits(), limitsKnown())
}

// limits sets each limit to its smallest and largest value, and to one beyond each.
func limits() (wrong error) {
	var usual engine.Limits
	usual.EnsureDefaults()
	if s := usual.String(); s != "" {
		wrong = accepted("unset limits print as %q", s)
	}
	for _, k := range engine.KnownLimits() {
		for _, n := range []int64{k.Min, k.Max} {
			var o engine.Options
			if err := errors.Join(o.Limits.Set(k.Name, n), o.Validate()); err != nil {
				wrong = errors.Join(wrong, accepted("%s cannot be set to %d: %w", k.Name, n, err))
			}
		}
		for _, n := range []int64{k.Min - 1, k.Max + 1} {
			var o engine.Options
			if n != 0 && errors.Join(o.Limits.Set(k.Name, n), o.Validate()) == nil { // 0 stands for the default
				wrong = errors.Join(wrong, accepted("%s has the range %d to %d, but can be set to %d", k.Name, k.Min, k.Max, n))
			}
		}
	}
	return wrong
}
