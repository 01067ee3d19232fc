package checker_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

func TestAssumptions(t *testing.T) {
	for _, row := range []struct{ name, ops, want string }{
		{"two clients at once", "0 1-4 put a=1\n1 2-3 put a=2", ""},
		{"the same value under two keys", "0 1-2 put a=1\n0 3-4 put b=1", ""},
		{"a client goes on after an error", "0 1-2 put/unknown a=1\n0 3-4 put a=2", ""},
		{
			"two operations of one client at once", "0 1-4 put a=1\n0 2-3 get a",
			"client 0 called get #1 by client 0 before commit #0 by client 0 was answered",
		},
		{
			"a client goes on without an answer", "0 1-? put a=1\n0 2-3 get a",
			"client 0 called get #1 by client 0 before commit #0 by client 0 was answered",
		},
		{"an answer before the call", "0 3-2 get a", "get #0 by client 0 was called at tick 3 and answered at tick 2"},
		{
			"calls out of order", "0 5-6 get a\n1 3-4 get a",
			"get #1 by client 1 was called at tick 3, not after get #0 by client 0 at tick 5",
		},
		{"the same value twice", "0 1-2 put a=1\n1 3-4 batch b=2 a=1", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := checker.Assumptions(parse(t, row.ops))
			if row.want == "" {
				require.Equal(t, checker.Pass, r.Verdict, "%v", r.Violations)
				return
			}
			require.Equal(t, checker.Fail, r.Verdict)
			require.Equal(t, "the history cannot be judged: "+row.want, r.Violations[0].Sentence)
		})
	}
	r := checker.Assumptions([]history.Op{{ID: 1, Call: 1, Return: 2}})
	require.Equal(t, checker.Fail, r.Verdict)
	r = checker.Assumptions([]history.Op{{Call: 1, Return: history.Never, Outcome: history.Acked}})
	require.Equal(t, checker.Fail, r.Verdict)
}
