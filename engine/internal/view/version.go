package view

import (
	"bytes"
	"slices"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
)

// The number of levels, and the deepest one.
const (
	Levels = manifest.Levels
	Bottom = Levels - 1
)

// Version is an immutable set of live tables. Level 0 is ordered newest first, the others by key.
type Version struct {
	Levels [Levels][]*Table
	Ranges versionRanges
	Refs   atomic.Int32 // number of views that hold it

	Blobs     []*BlobFile       // files that the tables refer to
	LiveBlobs map[uint64]uint64 // bytes of each file that the tables refer to
	Registry  *Blobs            // finds these files, and those that memtables refer to
}

// find returns the index of the first table of a level below 0 whose end is not before user.
func find(level []*Table, user []byte) int {
	i, _ := slices.BinarySearchFunc(level, user, func(t *Table, user []byte) int {
		return bytes.Compare(t.Largest, user)
	})
	return i
}

// Overlapping returns the tables of a level below 0 that overlap [smallest, largest].
func Overlapping(level []*Table, smallest, largest []byte) []*Table {
	first := find(level, smallest)
	end := first
	for end < len(level) && bytes.Compare(level[end].Smallest, largest) <= 0 {
		end++
	}
	return level[first:end]
}

// BytesOf returns the total size of tables.
func BytesOf(tables []*Table) (sum uint64) {
	for _, t := range tables {
		sum += t.Bytes
	}
	return sum
}

// get returns the newest entry of user at seq; an entry hidden by a range delete counts as deleted. Levels are searched
// from newer entries to older ones.
func (v *Version) get(user []byte, seq key.Seq) (value []byte, kind key.Kind, ok bool, err error) {
	for _, t := range v.Levels[0] {
		if t.covers(user) {
			if value, kind, ok, err = t.get(user, seq); ok || err != nil {
				return value, kind, ok, err
			}
		}
	}
	for _, level := range v.Levels[1:] {
		if i := find(level, user); i < len(level) && level[i].covers(user) {
			if value, kind, ok, err = level[i].get(user, seq); ok || err != nil {
				return value, kind, ok, err
			}
		}
	}
	return nil, 0, false, nil
}

// Iterators returns one iterator per table of level 0 and one per other level, over the entries not hidden by hidden.
// The caller does not want entries after seq.
func (v *Version) Iterators(hidden []rangedel.Set, seq key.Seq) []key.Iterator {
	var all []key.Iterator
	for _, t := range v.Levels[0] {
		all = append(all, t.iterator(hidden, seq))
	}
	for _, level := range v.Levels[1:] {
		if len(level) > 0 {
			all = append(all, newLevelIterator(level, hidden, seq))
		}
	}
	return all
}

// Improvable reports whether there is anything to merge or drop.
func (v *Version) Improvable() bool {
	for _, level := range v.Levels[:Bottom] {
		if len(level) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(v.Levels[Bottom], func(t *Table) bool {
		return t.Tombstones > 0 || len(t.Reader.Ranges()) > 0
	})
}

// Below reports whether a table below the level may hold a key in [first, last].
func (v *Version) Below(level int, first, last []byte) bool {
	for _, tables := range v.Levels[level+1:] {
		if i := find(tables, first); i < len(tables) && bytes.Compare(tables[i].Smallest, last) <= 0 {
			return true
		}
	}
	return false
}
