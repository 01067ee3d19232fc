package picker

import (
	"cmp"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// Sessions of a few writes each leave small tables, and tables that overlap nothing are moved down unchanged. So when a
// level below 0 has too many tables for its size, some of its small ones are merged in place. Such a merge makes one
// table of at most half the maximum size; the merge with the lowest cost per table saved comes first. A store that
// grows by small tables rewrites each byte about ten times in this way, until it is in a table of TableBytes/2.

// tablesMax returns how many tables a level below 0 with the given size may have before small ones are merged. If there
// are more, two neighbours with a total of at most TableBytes/2 exist: otherwise each pair of neighbours would exceed
// that, and the level would be larger than it is.
func (l *Limits) tablesMax(bytes uint64) int {
	return l.SmallTables + int(4*bytes/uint64(l.TableBytes))
}

// Crowded reports whether a level below 0 has more than factor times as many tables as it may have.
func (l *Limits) Crowded(v *view.Version, factor int) bool {
	return slices.ContainsFunc(v.Levels[1:], func(tables []*view.Table) bool {
		return len(tables) > factor*l.tablesMax(view.BytesOf(tables))
	})
}

// mergedMax is the most tables that a merge of small ones takes.
const mergedMax = 64

// pickSmall returns a merge of adjacent small tables, or nil if no level other than the blocked one has too many.
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

// saved returns how many tables of a level the running merges will save.
func (p *Picker) saved(level int) (n int) {
	for _, c := range p.Running {
		if c.Reason == Small && c.Level == level {
			n += len(c.Inputs[level]) - 1
		}
	}
	return n
}

// cheapestMerge returns the merge of adjacent tables in a level that rewrites the fewest bytes per table saved.
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

// SmallBlobs returns the blob files from which a compaction moves the values that its inputs refer to, because its
// output would otherwise refer to more than SmallBlobs small files. The values of the smallest files move to a common
// one.
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

// cheapest returns how many of the files, sorted by size, to merge into one: at least least of them, with the fewest
// bytes per file saved.
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
