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
		{"not below index 1", Place{Plus: -7}, 5, 9, 1},
		{"halfway", Place{Permille: 500}, 1, 10, 6},
		{"the next entry of an empty log", Place{Permille: 700}, 8, 7, 8},
		{"a log at the greatest index", Place{Permille: 1000}, 1 << 62, 1<<63 - 1, 1 << 63},
	} {
		assert.Equal(t, row.want, row.place.Of(row.first, row.last), row.what)
	}
}

func TestATailKnowsWhichEntriesMayExist(t *testing.T) {
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
		tail.Appending([]Entry{{Index: i + 1}}) // without an answer
	}
	assert.Equal(t, []uint64{4, 5, 6}, deletes(tail.Back(4)), "unanswered appends may have happened")
	assert.Equal(t, []uint64{4, 5, 6}, deletes(tail.Back(4)), "and still may have, until a truncation is acknowledged")
	tail.CutBack(1, 4)
	assert.Empty(t, deletes(tail.Back(4)))
	assert.Equal(t, []uint64{1, 2}, deletes(tail.Front(3)))
	tail.CutFront(3)
	assert.Equal(t, []uint64{3}, deletes(tail.Front(10)), "there is nothing beyond the end")
	tail.CutFront(10)
	tail.Appending([]Entry{{Index: 1 << 40}})
	assert.Equal(t, []uint64{1 << 40}, deletes(tail.Back(1)), "skipped entries do not exist")
	assert.Equal(t, uint64(10), tail.Next(nil, 10, 9, 0), "an empty log may know its next index")
}
