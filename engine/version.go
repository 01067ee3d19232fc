package engine

import (
	"bytes"
	"slices"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

const (
	levels = manifest.Levels
	bottom = levels - 1
)

// version is an immutable set of live tables. Level 0 is ordered newest first, the others by key.
type version struct {
	levels [levels][]*table
	ranges versionRanges
	refs   atomic.Int32 // views that hold it
}

// find returns the index of the first table of a level below 0 that ends at user or behind it.
func find(level []*table, user []byte) int {
	i, _ := slices.BinarySearchFunc(level, user, func(t *table, user []byte) int {
		return bytes.Compare(t.Largest, user)
	})
	return i
}

// overlapping returns the tables of a level below 0 that share keys with [smallest, largest].
func overlapping(level []*table, smallest, largest []byte) []*table {
	first := find(level, smallest)
	end := first
	for end < len(level) && bytes.Compare(level[end].Smallest, largest) <= 0 {
		end++
	}
	return level[first:end]
}

func bytesOf(tables []*table) (sum uint64) {
	for _, t := range tables {
		sum += t.Bytes
	}
	return sum
}

// get returns the newest entry of user at seq; what a range delete hides is a deletion. Levels are searched from the
// newest entries to the oldest.
func (v *version) get(user []byte, seq key.Seq) (value []byte, kind key.Kind, ok bool, err error) {
	for _, t := range v.levels[0] {
		if t.covers(user) {
			if value, kind, ok, err = t.get(user, seq); ok || err != nil {
				return value, kind, ok, err
			}
		}
	}
	for _, level := range v.levels[1:] {
		if i := find(level, user); i < len(level) && level[i].covers(user) {
			if value, kind, ok, err = level[i].get(user, seq); ok || err != nil {
				return value, kind, ok, err
			}
		}
	}
	return nil, 0, false, nil
}

// mem is a memtable with its log, and the range deletes that the log has.
type mem struct {
	table    *memtable.Table
	ranges   rangedel.Live
	log      *wal.Writer // nil if the memtable was replayed
	logNum   uint64
	reserved int     // bytes of the commits that it got, or will; guarded by DB.commitMu
	lastSeq  key.Seq // of a memtable that gets no more commits
}

// replayed reports whether the memtable is from a log of an earlier session.
func (m *mem) replayed() bool { return m.log == nil }

// view is what a reader sees: the memtables, newest first, and the tables below them. It is immutable.
type view struct {
	mems    []*mem
	version *version
	refs    atomic.Int32
}

func (v *view) get(user []byte, seq key.Seq) (value []byte, kind key.Kind, ok bool, err error) {
	for _, m := range v.mems {
		if value, kind, ok = getBeside(m.table, &m.ranges, user, seq); ok {
			return value, kind, true, nil
		}
	}
	return v.version.get(user, seq)
}

// iterators returns one iterator per source, of the entries that hidden does not hide. Entries after seq are of no
// interest to the caller.
func (v *view) iterators(hidden []rangedel.Set, seq key.Seq) []key.Iterator {
	var all []key.Iterator
	for _, m := range v.mems {
		all = append(all, rangedel.Hide(m.table.NewIterator(), hidden, seq))
	}
	return append(all, v.version.iterators(hidden, seq)...)
}

func (v *version) iterators(hidden []rangedel.Set, seq key.Seq) []key.Iterator {
	var all []key.Iterator
	for _, t := range v.levels[0] {
		all = append(all, t.iterator(hidden, seq))
	}
	for _, level := range v.levels[1:] {
		if len(level) > 0 {
			all = append(all, newLevelIterator(level, hidden, seq))
		}
	}
	return all
}
