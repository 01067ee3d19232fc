package picker

import (
	"bytes"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// pickFrom returns a compaction of a level that does not conflict with the running ones, or nil. Below level 0 it takes
// the table that causes the least rewriting per byte.
func (p *Picker) pickFrom(level, output int) *Compaction {
	if level == 0 {
		return p.pickLevel0(output)
	}
	var best *Compaction
	var bestCost float64
	for i, t := range p.Version.Levels[level] {
		if p.leaves(t, level) {
			continue
		}
		c := p.compaction(level, output, p.Version.Levels[level][i:i+1])
		cost := float64(view.BytesOf(c.Inputs[output])) / float64(t.Bytes)
		if (best == nil || cost < bestCost) && !p.conflicts(c) {
			best, bestCost = c, cost
		}
	}
	return best
}

// pickLevel0 takes an old table together with all tables of level 0 that overlap it, directly or through others. So no
// table that stays in level 0 has a version, older or newer, of a key that goes down (I8). Reads stop at the first
// level that has a key: an older version left above a newer one would be returned in its place.
func (p *Picker) pickLevel0(output int) *Compaction {
	for _, t := range slices.Backward(p.Version.Levels[0]) {
		c := p.compaction(0, output, p.connected(t))
		if !p.conflicts(c) {
			return c
		}
	}
	return nil
}

// connected returns the tables of level 0 reachable from t through overlaps, newest first.
func (p *Picker) connected(t *view.Table) []*view.Table {
	found := []*view.Table{t}
	for {
		smallest, largest := bounds(found)
		wider := slices.DeleteFunc(slices.Clone(p.Version.Levels[0]), func(o *view.Table) bool {
			return bytes.Compare(o.Largest, smallest) < 0 || bytes.Compare(o.Smallest, largest) > 0
		})
		if len(wider) == len(found) {
			return wider
		}
		found = wider
	}
}

// pickTombstones returns a compaction of a table that is mostly tombstones. They hide entries further down, which take
// space until the two meet. In the bottom level they hide nothing; they got there when a table was moved unchanged, or
// while a snapshot that saw the hidden entries was open.
func (p *Picker) pickTombstones(base, blocked int) *Compaction {
	for level := 1; level < view.Levels; level++ {
		output := view.Bottom
		if level < view.Bottom {
			output = p.output(level, base)
		}
		if level == blocked || output == blocked {
			continue
		}
		for i, t := range p.Version.Levels[level] {
			if level == view.Bottom && t.MaxSeq > p.Oldest || !t.MostlyTombstones() && (level < view.Bottom || !t.HasRanges()) {
				continue
			}
			c := p.compaction(level, output, p.Version.Levels[level][i:i+1])
			c.Reason = Tombstones
			if p.pays(c) && !p.conflicts(c) {
				return c
			}
		}
	}
	return nil
}

// pays reports whether a compaction of tombstones rewrites at most LevelSizeRatio entries per entry that it may drop,
// which is about the cost of other compactions. Otherwise a few tombstones could cause all of a large store to be
// rewritten.
func (p *Picker) pays(c *Compaction) bool {
	if c.Output == c.Level {
		return true
	}
	rewritten := uint64(0)
	for _, t := range c.Inputs[c.Output] {
		rewritten += t.Entries
	}
	return c.Inputs[c.Level][0].Tombstones*uint64(p.Limits.LevelSizeRatio) >= rewritten
}

// compaction returns the compaction of the given tables of a level into the output level.
func (p *Picker) compaction(level, output int, tables []*view.Table) *Compaction {
	c := &Compaction{Level: level, Output: output, Reason: Size}
	if level == 0 {
		c.Reason = Level0
	}
	c.Inputs[level] = tables
	c.smallest, c.largest = bounds(tables)
	if output > level {
		c.Inputs[output] = view.Overlapping(p.Version.Levels[output], c.smallest, c.largest)
		c.smallest, c.largest = bounds(slices.Concat(tables, c.Inputs[output]))
	}
	return c
}

// conflicts reports whether a running compaction overlaps in both keys and levels. Two compactions that do not conflict
// share no table, produce no overlapping tables, and carry no key past an older version of it.
func (p *Picker) conflicts(c *Compaction) bool {
	return slices.ContainsFunc(p.Running, func(r *Compaction) bool {
		return c.Level <= r.Output && r.Level <= c.Output &&
			bytes.Compare(c.smallest, r.largest) <= 0 && bytes.Compare(r.smallest, c.largest) <= 0
	})
}

func bounds(tables []*view.Table) (smallest, largest []byte) {
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
