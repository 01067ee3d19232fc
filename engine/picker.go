package engine

import (
	"cmp"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// picker chooses compactions. It is a pure function of what it holds.
//
// The bottom level has no limit. Each level above may have a LevelSizeRatio-th of the one below it, as long as that is
// LevelBytesBase or more; the highest of these is the base level. Level 0 goes into the base level, and what lies
// between the two goes down. So a store in which every level is full holds about 1 + 1/LevelSizeRatio times what its
// bottom level holds, however large it is; were the limits fixed, a bottom level that is nearly empty could lie under a
// full one that overwrites all of it.
type picker struct {
	version *version
	running []*compaction // overlapping neither each other nor what is picked
	opts    *Options
	oldest  key.Seq // of the open snapshots; key.MaxSeq if there is none
}

// pick returns the most urgent compaction that can run beside the running ones, or nil.
func (p *picker) pick() *compaction {
	base, limits := p.limits()
	type due struct {
		level int
		score float64
	}
	var all []due
	for level := range bottom {
		if score := p.score(level, base, limits[level]); score >= 1 {
			all = append(all, due{level, score})
		}
	}
	slices.SortStableFunc(all, func(a, b due) int {
		if a.level == 0 && a.score >= 2 || b.level == 0 && b.score >= 2 {
			return cmp.Compare(a.level, b.level) // level 0 makes reads slow, and then stops writers
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
	return p.pickTombstones(base, blocked)
}

// limits returns the base level and how many bytes it and the levels below it should have at most.
func (p *picker) limits() (base int, limits [levels]float64) {
	base = bottom
	size := 0.0
	for level := bottom; level > 0 && size == 0; level-- {
		size = float64(bytesOf(p.version.levels[level]))
	}
	for base > 1 && size/float64(p.opts.LevelSizeRatio) >= float64(p.opts.LevelBytesBase) {
		size /= float64(p.opts.LevelSizeRatio)
		base--
		limits[base] = size
	}
	return base, limits
}

// output returns the level that a level is compacted into: the next one in use.
func (p *picker) output(level, base int) int {
	for l := level + 1; l < base; l++ {
		if len(p.version.levels[l]) > 0 {
			return l
		}
	}
	return max(base, level+1)
}

// score says how far a level above the bottom is beyond its limit; a compaction is due from 1 on. Tables that are on
// their way down do not count.
func (p *picker) score(level, base int, limit float64) float64 {
	tables, bytes := 0, 0.0
	for _, t := range p.version.levels[level] {
		if !p.leaves(t, level) {
			tables, bytes = tables+1, bytes+float64(t.Bytes)
		}
	}
	switch {
	case level == 0:
		return max(float64(tables)/float64(p.opts.L0CompactionFiles), p.bulk(tables, bytes, base))
	case level >= base:
		return bytes / limit
	case tables > 0:
		return 1 + bytes/float64(p.opts.LevelBytesBase)
	}
	return 0
}

// bulk is the score of level 0 by size. It bounds the space that overwritten values take in a store with few memtables'
// worth of data: level 0 is due when it has half of what it would be merged with. Then the merge is cheap, too.
func (p *picker) bulk(tables int, bytes float64, base int) float64 {
	below := float64(bytesOf(p.version.levels[p.output(0, base)]))
	if tables < 2 || below == 0 {
		return 0
	}
	return min(2*bytes/below, 1)
}

func (p *picker) leaves(t *table, level int) bool {
	return slices.ContainsFunc(p.running, func(c *compaction) bool {
		return level < c.output && slices.Contains(c.inputs[level], t)
	})
}
