package rangedel

import (
	"bytes"
	"slices"
	"sort"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// Merge returns the combined effect of tombstones for readers at the given points, which are ascending sequence
// numbers: for each stretch of keys, the newest tombstone that each reader sees. The lists need not be sorted.
func Merge(points []key.Seq, lists ...Set) Set {
	s := sweep{points: points, byStart: slices.Concat(lists...)}
	if len(s.byStart) == 0 {
		return nil
	}
	slices.SortFunc(s.byStart, func(a, b Tombstone) int { return bytes.Compare(a.Start, b.Start) })
	s.byEnd = make([]int, len(s.byStart))
	for i := range s.byEnd {
		s.byEnd[i] = i
	}
	slices.SortFunc(s.byEnd, func(a, b int) int { return bytes.Compare(s.byStart[a].End, s.byStart[b].End) })
	s.run()
	return s.out
}

// A sweep moves over the keys from one start or end of a tombstone to the next.
type sweep struct {
	points  []key.Seq
	byStart []Tombstone
	byEnd   []int     // indexes into byStart
	active  []key.Seq // sequence numbers of the tombstones covering the current key, ascending
	out     Set
	group   int // where the last stretch begins in out
}

func (s *sweep) run() {
	started, ended := 0, 0
	for ended < len(s.byEnd) {
		at := s.byStart[s.byEnd[ended]].End
		if started < len(s.byStart) && bytes.Compare(s.byStart[started].Start, at) < 0 {
			at = s.byStart[started].Start
		}
		for ; ended < len(s.byEnd) && bytes.Equal(s.byStart[s.byEnd[ended]].End, at); ended++ {
			i, _ := slices.BinarySearch(s.active, s.byStart[s.byEnd[ended]].Seq)
			s.active = slices.Delete(s.active, i, i+1)
		}
		for ; started < len(s.byStart) && bytes.Equal(s.byStart[started].Start, at); started++ {
			i, _ := slices.BinarySearch(s.active, s.byStart[started].Seq)
			s.active = slices.Insert(s.active, i, s.byStart[started].Seq)
		}
		if ended == len(s.byEnd) {
			return
		}
		end := s.byStart[s.byEnd[ended]].End
		if started < len(s.byStart) && bytes.Compare(s.byStart[started].Start, end) < 0 {
			end = s.byStart[started].Start
		}
		s.emit(at, end)
	}
}

// emit adds what readers see from start to end, extending the previous stretch if they see the same there.
func (s *sweep) emit(start, end []byte) {
	first := len(s.out)
	for _, point := range slices.Backward(s.points) {
		i := sort.Search(len(s.active), func(i int) bool { return s.active[i] > point }) - 1
		if i >= 0 && (len(s.out) == first || s.out[len(s.out)-1].Seq != s.active[i]) {
			s.out = append(s.out, Tombstone{start, end, s.active[i]})
		}
	}
	if len(s.out) == first {
		return
	}
	before := s.out[s.group:first]
	same := func(a, b Tombstone) bool { return a.Seq == b.Seq && bytes.Equal(a.End, b.Start) }
	if !slices.EqualFunc(before, s.out[first:], same) {
		s.group = first
		return
	}
	for i := range before {
		before[i].End = end
	}
	s.out = s.out[:first]
}
