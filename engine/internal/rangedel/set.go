package rangedel

import (
	"bytes"
	"sort"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// A Set is sorted by start, then newest first. The ranges of its tombstones are identical or disjoint.
type Set []Tombstone

// Newest returns the sequence number of the newest tombstone that covers user and is visible at seq, or 0 if there is
// none.
func (s Set) Newest(user []byte, seq key.Seq) key.Seq {
	if len(s) == 0 {
		return 0
	}
	return s.find(user, seq)
}

func (s Set) find(user []byte, seq key.Seq) key.Seq {
	i := s.startsAfter(user) - 1
	if i < 0 || bytes.Compare(user, s[i].End) >= 0 {
		return 0
	}
	newest := key.Seq(0)
	for start := s[i].Start; i >= 0 && s[i].Seq <= seq && bytes.Equal(s[i].Start, start); i-- {
		newest = s[i].Seq
	}
	return newest
}

// startsAfter returns the index of the first tombstone that starts after user.
func (s Set) startsAfter(user []byte) int {
	return sort.Search(len(s), func(i int) bool { return bytes.Compare(s[i].Start, user) > 0 })
}

// endsAfter returns the index of the first tombstone whose end is after user.
func (s Set) endsAfter(user []byte) int {
	return sort.Search(len(s), func(i int) bool { return bytes.Compare(s[i].End, user) > 0 })
}

// Overlapping returns the tombstones, unclipped, that cover any key with from <= key < to. An empty to means no upper
// bound.
func (s Set) Overlapping(from, to []byte) Set {
	s = s[s.endsAfter(from):]
	if len(to) == 0 {
		return s
	}
	return s[:sort.Search(len(s), func(i int) bool { return bytes.Compare(s[i].Start, to) >= 0 })]
}

// Clip returns the set restricted to keys with from <= key < to. An empty to means no upper bound.
func (s Set) Clip(from, to []byte) Set {
	found := s.Overlapping(from, to)
	if len(found) == 0 {
		return nil
	}
	clipped := make(Set, len(found))
	for i, t := range found {
		if bytes.Compare(t.Start, from) < 0 {
			t.Start = from
		}
		if len(to) > 0 && bytes.Compare(t.End, to) > 0 {
			t.End = to
		}
		clipped[i] = t
	}
	return clipped
}

// Union returns the ranges covered by the set, as few as possible. Sequence numbers are lost.
func (s Set) Union() Set {
	all := make(Set, len(s))
	for i, t := range s {
		all[i] = Tombstone{t.Start, t.End, 1}
	}
	return Merge([]key.Seq{1}, all)
}

// Hides reports whether a single tombstone hides every entry with a key in [first, last] that is not newer than newest.
// No entry has the tombstone's sequence number.
func (s Set) Hides(first, last []byte, newest key.Seq) bool {
	i := s.startsAfter(first) - 1
	if i < 0 || bytes.Compare(last, s[i].End) >= 0 {
		return false
	}
	return s.Newest(first, key.MaxSeq) >= newest
}

// Valid reports whether the set is well formed and has no empty tombstone.
func (s Set) Valid() bool {
	for i := range s {
		t := &s[i]
		if bytes.Compare(t.Start, t.End) >= 0 || t.Seq == 0 || t.Seq > key.MaxSeq {
			return false
		}
		if i == 0 {
			continue
		}
		before := &s[i-1]
		if bytes.Compare(before.End, t.Start) > 0 && !(before.sameRange(t) && before.Seq > t.Seq) {
			return false
		}
	}
	return true
}
