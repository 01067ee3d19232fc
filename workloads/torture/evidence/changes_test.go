package evidence

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
)

func put(id int, key, value string) history.Op {
	return history.Op{ID: id, Outcome: history.Acked, Writes: []history.Write{{Key: []byte(key), Value: []byte(value)}}}
}

func TestChangesAreKeysThatDifferFromWhatTheOperationsWrote(t *testing.T) {
	ops := []history.Op{
		put(0, "a", "a0"), put(1, "b", "b1"), put(2, "c", "c2"), put(3, "a", "a3"), put(4, "b", "b4"),
		{ID: 5, Outcome: history.Acked, Writes: []history.Write{{Key: []byte("d"), Delete: true}}},
		put(6, "e", "e6"),
	}
	late := put(7, "c", "c7")
	late.Call = 9
	ops = append(ops, late)
	cut := history.Cut{Acked: 8, Called: 8}
	var shown history.State
	for _, pair := range [][2]string{{"a", "a0"}, {"b", "b4"}, {"d", "old"}, {"e", "e6"}} {
		shown.Append([]byte(pair[0]), []byte(pair[1]))
	}
	f := &explore.Failure{Recovered: &shown}
	f.Ops = []int{1, 2, 3, 5, 6}
	list, n := changes(ops, cut, f)
	require.Equal(t, []KeyChange{
		{Key: "a", Want: "a3", Got: "a0", Op: 3},
		{Key: "c", Want: "c2", Op: 2},
		{Key: "d", Got: "old", Op: 5},
	}, list, "b was written again by #4, e is there, and #7 came after the cut")
	require.Equal(t, 3, n)

	f.Nested = &explore.NestedImage{}
	list, _ = changes(ops, cut, f)
	require.Empty(t, list, "operations on the recovered store have numbers of their own")
	list, _ = changes(ops, cut, &explore.Failure{})
	require.Empty(t, list)
}
