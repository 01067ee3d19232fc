package picker

import (
	"cmp"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// Picker chooses compactions. The choice depends only on its fields.
//
// Level sizes are derived from the bottom up. The bottom level has no limit; each level above may hold 1/LevelSizeRatio
// of the one below, starting from the actual size of the lowest level with tables. Levels whose limit would be below
// LevelBytesBase stay empty; the highest of the others is the base level. Level 0 is compacted into the base level, or
// into the highest non-empty level above it, when it has L0CompactionFiles tables, or has several tables with half the
// bytes of what they are merged with. So in a steady store the levels below 0 take about 1 + 1/LevelSizeRatio times the
// live data; inputs of a compaction stay until its outputs are live. Tables that are mostly tombstones are also
// compacted where they meet enough of what they may hide. A level with too many small tables gets some of them merged
// (see small.go).
//
// One goroutine flushes and CompactionsMax goroutines compact. The picker knows only the live tables and the running
// compactions. Two compactions never share keys on any level from the first input to the output level of either. So
// neither can take the other's tables, overlap its output, or carry a version of a key past an older one.
//
// A compaction may drop a tombstone if no table below its output level has the key. It looks that up in a version
// acquired after it was registered. Nothing can bring an older version of the key there in the meantime, because that
// would have to come from the compaction's own key range.
//
// Writers wait when level 0 has five times L0CompactionFiles tables, or another level five times as many as it may
// have. From twice L0CompactionFiles on, level 0 takes precedence over all other levels, and nothing new starts in the
// level that it waits for. DB.quiesce stops all maintenance, for Close, Verify and copies of the store.
type Picker struct {
	Version *view.Version
	Running []*Compaction // overlapping neither each other nor what is picked
	Limits  Limits
	Oldest  key.Seq // the oldest open snapshot; key.MaxSeq if there is none
}

// Limits are the fields of engine.Options and engine.Limits that determine when a compaction is due. All must be set.
type Limits struct {
	L0CompactionFiles int
	LevelBytesBase    int64
	LevelSizeRatio    int
	TableBytes        int64

	SmallTables    int   // see package limits
	SmallBlobs     int   // see package limits
	SmallBlobBytes int64 // the size below which a blob file is small
}

// Pick returns the most urgent compaction that can run alongside the running ones, or nil.
func (p *Picker) Pick() *Compaction {
	base, limits := p.levelLimits()
	type due struct {
		level int
		score float64
	}
	var all []due
	for level := range view.Bottom {
		if score := p.score(level, base, limits[level]); score >= 1 {
			all = append(all, due{level, score})
		}
	}
	slices.SortStableFunc(all, func(a, b due) int {
		if a.level == 0 && a.score >= 2 || b.level == 0 && b.score >= 2 {
			return cmp.Compare(a.level, b.level) // level 0 slows down reads first and finally stops writers
		}
		return cmp.Compare(b.score, a.score)
	})
	blocked := -1 // a level that level 0 waits for
	for _, d := range all {
		output := p.output(d.level, base)
		if d.level == blocked || output == blocked {
			continue
		}
		if c := p.pickFrom(d.level, output); c != nil {
			return c
		}
		if d.level == 0 {
			blocked = output
		}
	}
	if c := p.pickSmall(blocked); c != nil {
		return c
	}
	return p.pickTombstones(base, blocked)
}

// levelLimits returns the base level and the size limits in bytes of that level and those below.
func (p *Picker) levelLimits() (base int, limits [view.Levels]float64) {
	base = view.Bottom
	size := 0.0
	for level := view.Bottom; level > 0 && size == 0; level-- {
		size = float64(view.BytesOf(p.Version.Levels[level]))
	}
	for base > 1 && size/float64(p.Limits.LevelSizeRatio) >= float64(p.Limits.LevelBytesBase) {
		size /= float64(p.Limits.LevelSizeRatio)
		base--
		limits[base] = size
	}
	return base, limits
}

// output returns the level that a level is compacted into: the next one in use.
func (p *Picker) output(level, base int) int {
	for l := level + 1; l < base; l++ {
		if len(p.Version.Levels[l]) > 0 {
			return l
		}
	}
	return max(base, level+1)
}

// score is the size of a level above the bottom relative to its limit. A compaction is due from 1 on. Tables that are
// already being compacted out of the level do not count.
func (p *Picker) score(level, base int, limit float64) float64 {
	tables, bytes := 0, 0.0
	for _, t := range p.Version.Levels[level] {
		if !p.leaves(t, level) {
			tables, bytes = tables+1, bytes+float64(t.Bytes)
		}
	}
	switch {
	case level == 0:
		return max(float64(tables)/float64(p.Limits.L0CompactionFiles), p.bulk(tables, bytes, base))
	case level >= base:
		return bytes / limit
	case tables > 0:
		return 1 + bytes/float64(p.Limits.LevelBytesBase)
	}
	return 0
}

// bulk is the score of level 0 by size. It bounds the space taken by overwritten values in a store with only a few
// memtables' worth of data: level 0 is due when it has half the bytes of what it would be merged with, which also makes
// the merge cheap.
func (p *Picker) bulk(tables int, bytes float64, base int) float64 {
	below := float64(view.BytesOf(p.Version.Levels[p.output(0, base)]))
	if tables < 2 || below == 0 {
		return 0
	}
	return min(2*bytes/below, 1)
}

func (p *Picker) leaves(t *view.Table, level int) bool {
	return slices.ContainsFunc(p.Running, func(c *Compaction) bool {
		return level < c.Output && slices.Contains(c.Inputs[level], t)
	})
}
