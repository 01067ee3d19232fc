package checker_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

func TestLinearizability(t *testing.T) {
	ctx := t.Context()
	for _, row := range []struct {
		name, ops string
		final     *history.State
		cut       *history.Cut
		limits    checker.Limits
		want      checker.Verdict
		says      string
	}{
		{name: "nothing happened", ops: "0 1-2 flush", want: checker.Pass},
		{name: "one read of one write", ops: "0 1-2 put a=1\n1 3-4 get a=1", want: checker.Pass},
		{
			// Every read is explained by a write that was concurrent or the latest. Only the order is wrong.
			name: "two readers disagree about the order of two writes",
			ops:  "0 1-20 put a=1\n1 2-21 put a=2\n2 3-4 get a=1\n3 5-6 get a=2\n2 7-8 get a=1", want: checker.Fail,
			says: "no order of the operations on a explains what they read: after the longest order that works, " +
				"get #4 by client 2 reads 1 (commit #0) from a, which holds 2 (commit #1)",
		},
		{
			name: "an open write is seen and then gone",
			ops:  "0 1-2 put/unknown a=1\n1 3-4 get a=1\n1 5-6 get a", want: checker.Fail,
			says: "no order of the operations on a explains what they read: after the longest order that works, " +
				"get #2 by client 1 reads nothing from a, which holds 1 (commit #0)",
		},
		{name: "an open write is seen late", ops: "0 1-2 put/unknown a=1\n1 3-4 get a\n1 5-6 get a=1", want: checker.Pass},
		{
			name: "an open write is seen in a later window",
			ops:  "0 1-2 put/unknown a=1\n1 3-4 scan\n1 5-6 get a\n1 7-8 get a=1", want: checker.Pass,
		},
		{
			name: "an open delete takes effect in a later window", want: checker.Pass,
			ops: "0 1-2 delete/unknown a-\n1 3-4 get a\n1 5-6 scan\n1 7-8 put a=1\n1 9-10 get a",
		},
		{name: "a scan concurrent with a write does not end a window", ops: "0 1-6 put a=1\n1 2-3 scan\n1 7-8 get a=1", want: checker.Pass},
		{
			name: "an open write takes effect twice",
			ops:  "0 1-2 put/unknown a=1\n1 3-4 scan a=1\n1 5-6 put a=2\n1 7-8 get a=1", want: checker.Fail,
			says: "get #3 by client 1 reads 1 (commit #0) from a, which holds 2 (commit #2)",
		},
		{
			name: "a window begins with what the scan before it saw",
			ops:  "0 1-2 put a=1\n0 3-4 scan a=1\n0 5-6 get a", want: checker.Fail,
			says: "get #2 by client 0 reads nothing from a, which holds 1 (commit #0)",
		},
		{
			name: "transactions lose an update", want: checker.Fail,
			ops:  "0 1-2 put a=1\n0 3-6 txn a=1 | a=2\n1 4-5 txn a=1 | a=3",
			says: "reads 1 (commit #0) from a, which holds ",
		},
		{
			name: "the recovered store has everything", ops: "0 1-2 put a=1\n0 3-8 put a=2", final: pairs("a=2"),
			cut: &history.Cut{Acked: 5, Called: 5}, want: checker.Pass,
		},
		{
			name: "the recovered store need not have what was in flight", ops: "0 1-2 put a=1\n0 3-8 put a=2",
			final: pairs("a=1"),
			cut:   &history.Cut{Acked: 5, Called: 5}, want: checker.Pass,
		},
		{
			name: "the recovered store lost a write", ops: "0 1-2 put a=1\n0 3-8 put a=2", final: pairs(""),
			cut: &history.Cut{Acked: 5, Called: 5}, want: checker.Fail,
			says: "the recovered store reads nothing from a, which holds 1 (commit #0)",
		},
		{
			name: "the recovered store has what was not called", ops: "0 1-2 put a=1\n0 7-8 put a=2", final: pairs("a=2"),
			cut: &history.Cut{Acked: 5, Called: 5}, want: checker.Fail,
			says: "the recovered store reads a value that nobody wrote from a: 2",
		},
		{
			name: "too many clients", ops: "0 1-10 put a=1\n1 2-11 put a=2\n2 3-12 get a=1", limits: checker.Limits{Clients: 2},
			want: checker.Inconclusive,
			says: "3 operations on a were in flight at once, including those with unknown outcome; the limit is 2",
		},
		{
			name: "many deletes of a store that refuses all writes", want: checker.Pass, limits: checker.Limits{Clients: 2},
			ops: "0 1-2 put a=1\n0 3-? delete a-\n1 4-? delete a-\n2 5-? delete a-\n3 6-7 get a=1\n4 8-? delete a-\n5 9-10 get a-",
		},
		{
			name: "an open delete for each value that comes back", want: checker.Pass,
			ops: "0 1-? delete a-\n1 2-? delete a-\n2 3-? delete a-\n3 4-5 put a=1\n3 6-7 get a-\n3 8-9 put a=2\n3 10-11 get a-\n3 12-13 put a=3\n3 14-15 get a-",
		},
		{
			name: "no more open deletes than reads that miss the key", want: checker.Pass, limits: checker.Limits{Clients: 2},
			ops: "0 1-2 put a=1\n0 3-? delete a-\n1 4-? delete a-\n2 5-? delete a-\n3 6-7 put a=2\n3 8-9 put a=3\n3 10-11 put a=4\n3 12-13 get a-\n3 14-15 put a=5\n3 16-17 get a=5",
		},
		{
			name: "one open delete too few", want: checker.Fail, says: "a, which holds 3 (commit #",
			ops: "0 1-? delete a-\n1 2-? delete a-\n3 4-5 put a=1\n3 6-7 get a-\n3 8-9 put a=2\n3 10-11 get a-\n3 12-13 put a=3\n3 14-15 get a-",
		},
		{
			name: "a long window in which the value of the key is never certain", limits: checker.Limits{WindowOps: 2}, want: checker.Pass,
			ops: "0 1-9 put a=1\n1 2-4 get a=1\n1 5-6 get a=1",
		},
		{
			name: "a value that comes back in a long window in which it is never certain", limits: checker.Limits{WindowOps: 2}, want: checker.Fail, says: "a, which holds 1",
			ops: "0 1-19 put a=1\n1 2-4 get a=1\n1 5-6 get a-",
		},
		{
			name: "a long window with moments at which the value of the key is certain", limits: checker.Limits{WindowOps: 2},
			ops: "0 1-2 put a=1\n0 3-4 get a=1\n0 5-6 get a=1", want: checker.Pass,
		},
		{
			name: "a stale read in a long window with moments at which the value of the key is certain", limits: checker.Limits{WindowOps: 2},
			ops: "0 1-2 put a=1\n0 3-4 put a=2\n0 5-6 get a=1", want: checker.Fail, says: "finds 1 in a, which holds 2",
		},
		{
			name: "scans make windows", ops: "0 1-2 put a=1\n0 3-4 scan a=1\n0 5-6 get a=1",
			limits: checker.Limits{WindowOps: 2},
			want:   checker.Pass,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := checker.Linearizability(ctx, parse(t, row.ops), nil, row.final, row.cut, row.limits)
			require.Equal(t, row.want, r.Verdict, "%v %v", r.Reason, r.Violations)
			if row.want == checker.Fail {
				require.Equal(t, "not linearizable", r.Violations[0].Class)
				require.Contains(t, r.Violations[0].Sentence, row.says)
				require.LessOrEqual(t, len(r.Violations[0].Evidence), 12)
			}
			if row.want == checker.Inconclusive {
				require.Equal(t, row.says, r.Reason)
			}
		})
	}
}

func TestLinearizabilityStopsWhenTheContextIsDone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ops := parse(t, "0 1-4 put a=1\n1 2-3 get a=1")
	r := checker.Linearizability(ctx, ops, nil, nil, nil, checker.Limits{})
	require.Equal(t, checker.Inconclusive, r.Verdict)
	require.Contains(t, r.Reason, "given up: context canceled")
}

func TestLinearizabilityStopsAfterItsSteps(t *testing.T) {
	// 24 concurrent writes and a read that sees none of them: every order would be tried.
	var lines []string
	for i := range 24 {
		lines = append(lines, fmt.Sprintf("%d %d-%d put a=%d", i, i+1, 1000+i, i))
		lines = append(lines, "")
	}
	text := strings.Join(lines, "\n") + "\n90 500-501 put b=1\n90 1500-1501 get a"
	ops := parse(t, strings.ReplaceAll(text, "\n\n", "\n"))
	r := checker.Linearizability(t.Context(), ops, nil, nil, nil, checker.Limits{Clients: 100, Steps: 50_000})
	require.Equal(t, checker.Inconclusive, r.Verdict)
	require.Contains(t, r.Reason, "given up: 50000 steps were tried")
}

// An order that begins at a moment at which the value is certain can be understood only together with the operation
// that left that value.
func TestEvidenceOfAStuckOrderNamesTheWriterOfItsFirstValue(t *testing.T) {
	for _, ops := range []string{
		"0 1-2 cas a- | a=1\n1 3-4 cas a- | a=2",       // judged by its values
		"0 1-2 put a=1\n0 3-4 scan a=1\n0 5-6 get a\n", // by its writers
	} {
		r := checker.Linearizability(t.Context(), parse(t, ops), nil, nil, nil, checker.Limits{})
		require.Equal(t, checker.Fail, r.Verdict)
		require.Regexp(t, "^(before|in order): #0 client 0 ", r.Violations[0].Evidence[0])
	}
}
