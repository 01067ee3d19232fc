package rangedel

import (
	"sync"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// tombstoneBytes is about what a tombstone takes in memory beside its keys.
const tombstoneBytes = 56

// Live is a growing collection of tombstones. The zero value is empty.
type Live struct {
	trees atomic.Pointer[[]*tree] // lighter ones last; nil if there are none
	bytes atomic.Int64
	mu    sync.Mutex // of writers
}

// A tree holds tombstones. It is immutable.
type tree struct {
	weight   int     // how many were added
	min, max key.Seq // of their sequence numbers
	newest   Set     // what a reader sees who sees all of them
	parts    [2]*tree
}

// Add adds a tombstone, whose keys must not be changed any more.
func (l *Live) Add(t Tombstone) {
	l.mu.Lock()
	defer l.mu.Unlock()
	added := &tree{weight: 1, min: t.Seq, max: t.Seq, newest: Set{t}}
	grown := int64(tombstoneBytes + len(t.Start) + len(t.End))
	before := l.load()
	for len(before) > 0 && before[len(before)-1].weight == added.weight {
		added = join(before[len(before)-1], added)
		before = before[:len(before)-1]
		grown += int64(len(added.newest)) * tombstoneBytes
	}
	trees := append(append(make([]*tree, 0, len(before)+1), before...), added)
	l.bytes.Add(grown)
	l.trees.Store(&trees)
}

func join(a, b *tree) *tree {
	return &tree{
		weight: a.weight + b.weight, min: min(a.min, b.min), max: max(a.max, b.max),
		newest: Merge([]key.Seq{key.MaxSeq}, a.newest, b.newest), parts: [2]*tree{a, b},
	}
}

func (l *Live) load() []*tree {
	if trees := l.trees.Load(); trees != nil {
		return *trees
	}
	return nil
}

// Empty reports whether nothing was added.
func (l *Live) Empty() bool { return l.trees.Load() == nil }

// Bytes returns about how much memory the tombstones take.
func (l *Live) Bytes() int { return int(l.bytes.Load()) }

// Newest returns the sequence number of the newest tombstone that covers user and is visible at seq; 0 if there is none.
func (l *Live) Newest(user []byte, seq key.Seq) key.Seq {
	newest := key.Seq(0)
	for _, t := range l.load() {
		newest = max(newest, t.find(user, seq))
	}
	return newest
}

func (t *tree) find(user []byte, seq key.Seq) key.Seq {
	switch {
	case t.min > seq:
		return 0
	case t.max <= seq:
		return t.newest.Newest(user, seq)
	}
	return max(t.parts[0].find(user, seq), t.parts[1].find(user, seq))
}

// Count returns how many tombstones were added.
func (l *Live) Count() int {
	n := 0
	for _, t := range l.load() {
		n += t.weight
	}
	return n
}

// Visible returns the tombstones, more than are needed maybe, which tell a reader at seq what is hidden from from on to
// before to. An empty to is no bound.
func (l *Live) Visible(seq key.Seq, from, to []byte) []Tombstone {
	var found []Tombstone
	for _, t := range l.load() {
		found = t.visible(found, seq, from, to)
	}
	return found
}

func (t *tree) visible(found []Tombstone, seq key.Seq, from, to []byte) []Tombstone {
	switch {
	case t.min > seq:
		return found
	case t.max <= seq:
		return append(found, t.newest.Overlapping(from, to)...)
	}
	return t.parts[1].visible(t.parts[0].visible(found, seq, from, to), seq, from, to)
}
