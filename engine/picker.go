package engine

import (
	"bytes"
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

func (p *picker) pickFrom(level, output int) *compaction {
	if level == 0 {
		return p.pickLevel0(output)
	}
	var best *compaction
	var bestCost float64
	for i, t := range p.version.levels[level] {
		if p.leaves(t, level) {
			continue
		}
		c := p.compaction(level, output, p.version.levels[level][i:i+1])
		cost := float64(bytesOf(c.inputs[output])) / float64(t.Bytes)
		if (best == nil || cost < bestCost) && !p.conflicts(c) {
			best, bestCost = c, cost
		}
	}
	return best
}

// pickLevel0 takes an old table with all that share keys with it, or with those, and so on: what is left behind in
// level 0 has no older version of a key that goes down, and none that is newer either.
func (p *picker) pickLevel0(output int) *compaction {
	for _, t := range slices.Backward(p.version.levels[0]) {
		c := p.compaction(0, output, p.connected(t))
		if !p.conflicts(c) {
			return c
		}
	}
	return nil
}

// connected returns the tables of level 0 that overlap lead to from t, newest first.
func (p *picker) connected(t *table) []*table {
	found := []*table{t}
	for {
		smallest, largest := bounds(found)
		wider := slices.DeleteFunc(slices.Clone(p.version.levels[0]), func(o *table) bool {
			return bytes.Compare(o.Largest, smallest) < 0 || bytes.Compare(o.Smallest, largest) > 0
		})
		if len(wider) == len(found) {
			return wider
		}
		found = wider
	}
}

// pickTombstones returns a compaction of a table most of which are tombstones: they hide entries further down, which
// take space until the two meet. In the bottom level they hide nothing; they came there whole, or while a snapshot was
// open that saw what they hide.
func (p *picker) pickTombstones(base, blocked int) *compaction {
	for level := 1; level < levels; level++ {
		output := bottom
		if level < bottom {
			output = p.output(level, base)
		}
		if level == blocked || output == blocked {
			continue
		}
		for i, t := range p.version.levels[level] {
			if !t.mostlyTombstones() || level == bottom && t.MaxSeq > p.oldest {
				continue
			}
			c := p.compaction(level, output, p.version.levels[level][i:i+1])
			if !p.conflicts(c) {
				return c
			}
		}
	}
	return nil
}

// compaction returns the compaction of tables of a level into the output level.
func (p *picker) compaction(level, output int, tables []*table) *compaction {
	c := &compaction{level: level, output: output}
	c.inputs[level] = tables
	c.smallest, c.largest = bounds(tables)
	if output > level {
		c.inputs[output] = overlapping(p.version.levels[output], c.smallest, c.largest)
		c.smallest, c.largest = bounds(slices.Concat(tables, c.inputs[output]))
	}
	return c
}

// conflicts reports whether a running compaction works on some of the keys in some of the levels. What does not
// conflict shares no table, makes no overlapping tables, and carries no key past an older version of it.
func (p *picker) conflicts(c *compaction) bool {
	return slices.ContainsFunc(p.running, func(r *compaction) bool {
		return c.level <= r.output && r.level <= c.output &&
			bytes.Compare(c.smallest, r.largest) <= 0 && bytes.Compare(r.smallest, c.largest) <= 0
	})
}

func bounds(tables []*table) (smallest, largest []byte) {
	for i, t := range tables {
		if i == 0 || bytes.Compare(t.Smallest, smallest) < 0 {
			smallest = t.Smallest
		}
		if i == 0 || bytes.Compare(t.Largest, largest) > 0 {
			largest = t.Largest
		}
	}
	return smallest, largest
}
