package workloads_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

func TestTheHistoryOfACursorHasItsBoundsAndMovements(t *testing.T) {
	t.Parallel()
	s := workloads.Script{Workload: "kv", Clients: [][]workloads.Step{{
		{Kind: history.Batch, Writes: []history.Write{{Key: []byte("k1"), Value: []byte("x")}, {Key: []byte("k2"), Value: []byte("y")}}},
		{Kind: history.Cursor, From: []byte("k"), To: []byte("l"), Prefix: []byte("k"), Moves: []workloads.Move{
			{How: workloads.MoveFirst}, {How: workloads.MoveNext}, {How: workloads.MoveSeekLT, Key: []byte("k2")},
		}},
	}}}
	rec := history.NewRecorder(&history.Clock{})
	require.NoError(t, workloads.Drive(t.Context(), newMemstore(none, 1), s, rec, workloads.DriveOptions{}))
	ops := rec.Ops()
	at := slices.IndexFunc(ops, func(op history.Op) bool { return op.Kind == history.Cursor })
	require.NotEqual(t, -1, at)
	cursor := ops[at]
	require.Equal(t, []string{"k", "l", "k"}, []string{string(cursor.ScanFrom), string(cursor.ScanTo), string(cursor.Prefix)})
	var by []string
	for _, r := range cursor.Reads {
		by = append(by, r.By)
	}
	require.Equal(t, []string{"first", `next after "k1"`, `seek-lt of "k2"`}, by)
}

func TestTheRangeOfBounds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		from, to, prefix string
		first, end       string // an end of "-" means none
	}{
		"everything":                                {"", "", "", "", "-"},
		"bounds alone":                              {"b", "d", "", "b", "d"},
		"a prefix alone":                            {"", "", "ab", "ab", "ac"},
		"a prefix within wide bounds":               {"a", "z", "k", "k", "l"},
		"a prefix that begins before":               {"kb", "", "k", "kb", "l"},
		"a prefix that ends behind":                 {"", "kb", "k", "k", "kb"},
		"a prefix without a successor":              {"", "", "\xff\xff", "\xff\xff", "-"},
		"a prefix whose last byte has no successor": {"", "", "a\xff", "a\xff", "b"},
		"a prefix outside the bounds":               {"x", "", "k", "l", "l"},
		"bounds in the wrong order":                 {"d", "b", "", "b", "b"},
	} {
		first, end := workloads.Bounds{From: []byte(test.from), To: []byte(test.to), Prefix: []byte(test.prefix)}.Range()
		require.Equal(t, test.first, string(first), name)
		if test.end == "-" {
			require.Nil(t, end, name)
			continue
		}
		require.Equal(t, test.end, string(end), name)
	}
}
