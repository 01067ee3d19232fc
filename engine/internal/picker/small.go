package picker

import (
	"cmp"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// Sessions of a few writes each leave small tables, and tables that share no keys are moved down as they are. So a level
// below 0 that has too many tables for its bytes gets some of its small ones merged, in place. Such a merge makes one table,
// half as large as tables become at most; the cheapest one for each table that it saves comes first. A store that grows
// by small tables writes each byte about ten times for this, until it is in a table of TableBytes/2.

// tablesMax returns how many tables a level below 0 of so many bytes may have before small ones are merged. More always
// have two neighbours that together are no larger than TableBytes/2: if no two were, each pair would have more.
func (l *Limits) tablesMax(bytes uint64) int {
	return l.SmallTables + int(4*bytes/uint64(l.TableBytes))
}

// Crowded reports whether a level below 0 has more than factor times as many tables as it may have.
func (l *Limits) Crowded(v *view.Version, factor int) bool {
	return slices.ContainsFunc(v.Levels[1:], func(tables []*view.Table) bool {
		return len(tables) > factor*l.tablesMax(view.BytesOf(tables))
	})
}

// mergedMax is how many tables a merge of small ones takes at most.
const mergedMax = 64

// pickSmall returns a merge of small tables that lie side by side, or nil if no level but the blocked one has too many.
func (p *Picker) pickSmall(blocked int) *Compaction {
	for level := 1; level < view.Levels; level++ {
		tables := p.Version.Levels[level]
		if level == blocked || len(tables)-p.saved(level) <= p.Limits.tablesMax(view.BytesOf(tables)) {
			continue
		}
		if c := p.cheapestMerge(level); c != nil {
			return c
		}
	}
	return nil
}

// saved returns how many tables of a level the merges that are running save.
func (p *Picker) saved(level int) (n int) {
	for _, c := range p.Running {
		if c.Reason == Small && c.Level == level {
			n += len(c.Inputs[level]) - 1
		}
	}
	return n
}

// cheapestMerge returns the merge of neighbours in a level that rewrites the fewest bytes for each table it saves.
func (p *Picker) cheapestMerge(level int) *Compaction {
	var best *Compaction
	var bestCost float64
	tables := p.Version.Levels[level]
	for first := range tables {
		sum := tables[first].Bytes
		for last := first + 1; last < min(len(tables), first+mergedMax); last++ {
			if sum += tables[last].Bytes; 2*sum > uint64(p.Limits.TableBytes) {
				break
			}
			cost := float64(sum) / float64(last-first)
			if best != nil && cost >= bestCost {
				continue
			}
			c := p.compaction(level, level, tables[first:last+1])
			if c.Reason = Small; !p.conflicts(c) {
				best, bestCost = c, cost
			}
		}
	}
	return best
}

// SmallBlobs returns the blob files that a compaction empties, as far as its inputs refer to them, because these would
// otherwise refer to more than SmallBlobs small ones. The values of the smallest files go to a common one.
func (c *Compaction) SmallBlobs(v *view.Version, l *Limits) []uint64 {
	var small []*view.BlobFile
	for _, f := range v.Blobs {
		if f.Young.Load() == 0 && f.Size.Load() < uint64(l.SmallBlobBytes) && c.refersTo(f.Num) {
			small = append(small, f)
		}
	}
	if len(small) <= l.SmallBlobs {
		return nil
	}
	slices.SortStableFunc(small, func(a, b *view.BlobFile) int { return cmp.Compare(a.Size.Load(), b.Size.Load()) })
	var nums []uint64
	for _, f := range small[:cheapest(small, len(small)-l.SmallBlobs+1)] {
		nums = append(nums, f.Num)
	}
	return nums
}

// cheapest returns how many of the files, which are in the order of their sizes, to move to one: at least so many, and
// the fewest bytes for each file that it saves.
func cheapest(files []*view.BlobFile, least int) (n int) {
	sum, bestCost := uint64(0), 0.0
	for i, f := range files {
		sum += f.Size.Load()
		if cost := float64(sum) / float64(i); i+1 >= max(least, 2) && (n == 0 || cost < bestCost) {
			n, bestCost = i+1, cost
		}
	}
	return n
}

func (c *Compaction) refersTo(file uint64) bool {
	for _, tables := range c.Inputs {
		for _, t := range tables {
			for _, u := range t.Blobs {
				if u.File == file {
					return true
				}
			}
		}
	}
	return false
}
