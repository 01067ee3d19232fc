package picker

import (
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// Reason says why tables are compacted.
type Reason uint8

// The reasons.
const (
	Level0     Reason = iota // level 0 has too many tables
	Size                     // a level exceeds its target size
	Tombstones               // a table is mostly tombstones
	Blobs                    // a blob file that a table refers to is mostly garbage
	Manual                   // Compact was called
	Small                    // a level has too many small tables
)

// Compaction merges tables into a level. Its inputs include every table of the output level whose keys overlap the
// others'. Concurrent compactions have disjoint key ranges on every level from the first input to the output level of
// either.
type Compaction struct {
	Inputs [view.Levels][]*view.Table
	Level  int  // the highest level of the inputs
	Output int  // the level of the new tables
	Whole  bool // all tables of the store are inputs, and none is moved unchanged
	Reason Reason

	smallest, largest []byte // user keys of all inputs
}

// IsMove reports whether the only input can become part of the output level unchanged. A table of tombstones that have
// nothing left to hide is rewritten instead, which drops them.
func (c *Compaction) IsMove() bool {
	if c.Whole || c.Output == c.Level || len(c.Inputs[c.Level]) != 1 || len(c.Inputs[c.Output]) > 0 {
		return false
	}
	return c.Output < view.Bottom || !c.Inputs[c.Level][0].MostlyTombstones()
}

// Splits reports whether the output may be several tables. A merge of small tables always makes one: if the output were
// split into as many tables as before, because sizes are estimates, the same merge would be picked again.
func (c *Compaction) Splits() bool { return c.Reason != Small }

// Ranges returns the range deletes of all inputs.
func (c *Compaction) Ranges() (sets []rangedel.Set) {
	for _, tables := range c.Inputs {
		for _, t := range tables {
			sets = append(sets, t.Reader.Ranges())
		}
	}
	return sets
}

// Reclaims reports whether rewriting the only input of a move would drop range deletes that have nothing left to hide.
func (c *Compaction) Reclaims(v *view.Version) bool {
	for _, t := range c.Inputs[c.Level] {
		if len(t.Reader.Ranges()) > 0 && !v.Below(c.Output, t.Smallest, t.Largest) {
			return true
		}
	}
	return false
}

// Iterators returns one iterator per table of level 0 and one per other level, over the entries not hidden by the given
// range deletes.
func (c *Compaction) Iterators(hidden []rangedel.Set) []key.Iterator {
	v := view.Version{Levels: c.Inputs}
	return v.Iterators(hidden, key.MaxSeq)
}
