package appendlog

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

func TestPlaces(t *testing.T) {
	for _, row := range []struct {
		what        string
		place       Place
		first, last uint64
		want        uint64
	}{
		{"the first entry", Place{}, 5, 9, 5},
		{"what comes next", Place{Permille: 1000}, 5, 9, 10},
		{"the last entry", Place{Permille: 1000, Plus: -1}, 5, 9, 9},
		{"beyond the end", Place{Permille: 1000, Plus: 3}, 5, 9, 13},
		{"before the first", Place{Plus: -2}, 5, 9, 3},
		{"not below the first of all indexes", Place{Plus: -7}, 5, 9, 1},
		{"halfway", Place{Permille: 500}, 1, 10, 6},
		{"of an empty log, what comes next", Place{Permille: 700}, 8, 7, 8},
		{"of a log at the end of all indexes", Place{Permille: 1000}, 1 << 62, 1<<63 - 1, 1 << 63},
	} {
		assert.Equal(t, row.want, row.place.Of(row.first, row.last), row.what)
	}
}

func TestATailKnowsWhatMayBeThere(t *testing.T) {
	deletes := func(writes []history.Write) (indexes []uint64) {
		for _, w := range writes {
			i, ok := history.EntryIndex(w.Key)
			assert.True(t, ok && w.Delete)
			indexes = append(indexes, i)
		}
		return indexes
	}
	tail := Tail{asked: true, maybe: map[uint64]bool{}, sizes: map[uint64]int{}, next: 1}
	for i := range uint64(6) {
		tail.Appending([]Entry{{Index: i + 1}}) // and none is answered
	}
	assert.Equal(t, []uint64{4, 5, 6}, deletes(tail.Back(4)), "an append without an answer may be there")
	assert.Equal(t, []uint64{4, 5, 6}, deletes(tail.Back(4)), "and still may, as long as no truncation was acknowledged")
	tail.CutBack(1, 4)
	assert.Empty(t, deletes(tail.Back(4)))
	assert.Equal(t, []uint64{1, 2}, deletes(tail.Front(3)))
	tail.CutFront(3)
	assert.Equal(t, []uint64{3}, deletes(tail.Front(10)), "beyond the end there is nothing")
	tail.CutFront(10)
	tail.Appending([]Entry{{Index: 1 << 40}})
	assert.Equal(t, []uint64{1 << 40}, deletes(tail.Back(1)), "nor is there anything that was left out")
	assert.Equal(t, uint64(10), tail.Next(nil, 10, 9, 0), "an empty log may know where it goes on")
}
