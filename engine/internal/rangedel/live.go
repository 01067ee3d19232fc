package rangedel

import (
	"sync"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// tombstoneBytes is roughly the memory that a tombstone takes besides its keys.
const tombstoneBytes = 56

// Live is a growing collection of tombstones. The zero value is empty.
type Live struct {
	trees  atomic.Pointer[[]*tree] // lightest last; nil if there are none
	merged atomic.Pointer[merged]  // the trees merged, as of some moment
	bytes  atomic.Int64
	mu     sync.Mutex // held by writers
}

// merged is what a reader that sees all tombstones of the trees sees.
type merged struct {
	trees *[]*tree
	set   Set
}

// A tree holds tombstones. It is immutable.
type tree struct {
	weight   int     // number of tombstones added
	min, max key.Seq // the range of their sequence numbers
	newest   Set     // the set for a reader that sees all of them
	parts    [2]*tree
}

// Add adds a tombstone, whose keys must not be modified afterwards.
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

// Empty reports whether nothing has been added.
func (l *Live) Empty() bool { return l.trees.Load() == nil }

// Bytes returns roughly how much memory the tombstones take.
func (l *Live) Bytes() int { return int(l.bytes.Load()) }

// Newest returns the sequence number of the newest tombstone that covers user and is visible at seq, or 0 if there is
// none.
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

// At returns the set for a reader at seq. No two of its tombstones have the same range. For readers of the present it
// is cached until something is added.
func (l *Live) At(seq key.Seq) Set {
	trees := l.trees.Load()
	if trees == nil {
		return nil
	}
	if m := l.merged.Load(); m != nil && m.trees == trees && newestOf(*trees) <= seq {
		return m.set
	}
	var visible []Set
	for _, t := range *trees {
		visible = t.at(visible, seq)
	}
	m := &merged{trees: trees, set: Merge([]key.Seq{seq}, visible...)}
	if newestOf(*trees) <= seq {
		l.merged.Store(m)
	}
	return m.set
}

func newestOf(trees []*tree) (newest key.Seq) {
	for _, t := range trees {
		newest = max(newest, t.max)
	}
	return newest
}

// at appends sets that together are what a reader at seq sees.
func (t *tree) at(visible []Set, seq key.Seq) []Set {
	switch {
	case t.min > seq:
		return visible
	case t.max <= seq:
		return append(visible, t.newest)
	}
	return t.parts[1].at(t.parts[0].at(visible, seq), seq)
}
