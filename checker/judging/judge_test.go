package judging_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/checker/judging"
	"github.com/lightningdb/lightning-torture/workloads/history/recorded"
)

func judged(t *testing.T, text string, model recorded.Model, o judging.Options) *judging.Judgement {
	t.Helper()
	r, err := recorded.Read(strings.NewReader(text), recorded.Options{Model: model})
	require.NoError(t, err)
	return judging.Judge(t.Context(), r, o)
}

// told builds a history in EDN from lines that each hold the process, the type and the rest of an operation.
func told(lines string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
		f := strings.SplitN(strings.TrimSpace(line), " ", 4)
		b.WriteString("{:process " + f[0] + ", :type :" + f[1] + ", :f :" + f[2])
		if len(f) > 3 {
			b.WriteString(", :value " + f[3])
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func TestEachModelHasItsJudge(t *testing.T) {
	hundred := int64(100)
	for _, row := range []struct {
		name, ops   string
		model       recorded.Model
		options     judging.Options
		want        checker.Verdict
		class, says string
	}{
		{name: "a register", ops: "0 invoke write 1\n0 ok write 1\n0 invoke read\n0 ok read 1", want: checker.Pass},
		{
			name: "a stale register", ops: "0 invoke write 1\n0 ok write 1\n0 invoke write 2\n0 ok write 2\n0 invoke read\n0 ok read 1",
			want: checker.Fail, class: "not linearizable", says: "get #2 by client 0 reads 1 (commit #0) from register, which holds 2 (commit #1)",
		},
		{
			name: "a register whose values repeat", want: checker.Pass,
			ops: "0 invoke write 1\n0 ok write 1\n0 invoke write 2\n0 ok write 2\n0 invoke write 1\n0 ok write 1\n0 invoke read\n0 ok read 1",
		},
		{
			name: "a register with an initial value", ops: "0 invoke read\n0 ok read 0", model: recorded.Register,
			options: judging.Options{Initial: []byte("0")}, want: checker.Pass,
		},
		{name: "a cas that took effect without its value", ops: "0 invoke cas [1 2]\n0 ok cas [1 2]", want: checker.Fail, class: "not linearizable"},
		{
			name: "keys that are judged separately", want: checker.Fail, class: "not linearizable", says: "no order of the operations on 2 explains",
			ops: "0 invoke write [1 1]\n0 ok write [1 1]\n0 invoke write [2 5]\n0 ok write [2 5]\n0 invoke read [2 nil]\n0 ok read [2 nil]",
		},
		{name: "a counter", ops: "0 invoke read\n1 invoke add 2\n0 ok read 0\n1 ok add 2\n0 invoke read\n0 ok read 2", want: checker.Pass},
		{name: "a counter that lost an addition", ops: "1 invoke add 2\n1 ok add 2\n0 invoke read\n0 ok read 0", want: checker.Fail, class: "not linearizable"},
		{name: "a mutex that two hold", ops: "0 invoke acquire\n0 ok acquire\n1 invoke acquire\n1 ok acquire", want: checker.Fail, class: "not linearizable"},
		{name: "a set", ops: "0 invoke add 1\n0 ok add 1\n0 invoke read\n0 ok read #{1}", want: checker.Pass},
		{
			name: "a set that lost an element", ops: "0 invoke add 1\n0 ok add 1\n0 invoke add 2\n0 ok add 2\n0 invoke read\n0 ok read #{2}",
			want: checker.Fail, class: "not linearizable", says: "on 1 explains",
		},
		{
			name: "a set that shows an element twice", ops: "0 invoke add 1\n0 ok add 1\n0 invoke read\n0 ok read [1 1]",
			want: checker.Fail, class: "duplicate element", says: "scan #1 by client 0 found 1 twice",
		},
		{name: "a bank", ops: "0 invoke read\n0 ok read {0 90, 1 10}\n0 invoke read\n0 ok read {0 50, 1 50}", want: checker.Pass},
		{
			name: "a bank that lost money", ops: "0 invoke read\n0 ok read {0 90, 1 10}\n0 invoke read\n0 ok read {0 50, 1 40}",
			want: checker.Fail, class: "total not conserved", says: "10 were lost",
		},
		{
			name: "a bank that never had the money", ops: "0 invoke read\n0 ok read {0 90}", options: judging.Options{Total: &hundred},
			want: checker.Fail, class: "total not conserved",
		},
		{name: "an overdraft", ops: "0 invoke read\n0 ok read {0 90, 1 10}\n0 invoke read\n0 ok read {0 101, 1 -1}", want: checker.Fail, class: "bad balance"},
		{
			name: "an overdraft that is allowed", ops: "0 invoke read\n0 ok read {0 90, 1 10}\n0 invoke read\n0 ok read {0 101, 1 -1}",
			options: judging.Options{Overdraft: true}, want: checker.Pass,
		},
		{
			name: "an account that is missing", ops: "0 invoke read\n0 ok read {0 90, 1 10}\n0 invoke read\n0 ok read {0 100}",
			want: checker.Fail, class: "account missing",
		},
		{
			name: "an unexpected account", ops: "0 invoke read\n0 ok read {0 90, 1 10}\n0 invoke read\n0 ok read {0 90, 1 10, 2 0}",
			want: checker.Fail, class: "unexpected account", says: "found an account 2",
		},
		{
			name: "a balance that is not a number", ops: "0 invoke read\n0 ok read {0 90, 1 10}\n0 invoke read\n0 ok read {0 90, 1 nil}",
			want: checker.Fail, class: "total not conserved",
		},
		{
			name: "registers in transactions", want: checker.Fail, class: "garbage value",
			ops: "0 invoke txn [[:w :x 1] [:r :y nil]]\n0 ok txn [[:w :x 1] [:r :y 7]]",
		},
		{
			name: "elements that repeat", want: checker.Inconclusive, says: "#0 and #1 wrote the same value to :x",
			ops: "0 invoke txn [[:append :x 2]]\n0 ok txn [[:append :x 2]]\n0 invoke txn [[:append :x 2] [:r :x nil]]\n0 ok txn [[:append :x 2] [:r :x [2 2]]]",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			j := judged(t, told(row.ops), row.model, row.options)
			require.Equal(t, row.want, j.Verdict, "%s %v", j.Reason, j.Violations)
			if row.want == checker.Fail {
				require.Equal(t, row.class, j.Violations[0].Class)
				require.Contains(t, j.Violations[0].Sentence, row.says)
				return
			}
			require.Empty(t, j.Violations)
			require.Contains(t, j.Reason, row.says)
		})
	}
}

// TestLevelsAreToldApart has Adya's anomalies, each with the levels that allow it.
func TestLevelsAreToldApart(t *testing.T) {
	for _, row := range []struct{ name, ops, class, holds string }{
		{
			name: "a cycle of appends", class: "G0",
			ops: "0 ok txn [[:append :x 1] [:append :y 1]]\n1 ok txn [[:append :x 2] [:append :y 2]]\n2 ok txn [[:r :x [1 2]] [:r :y [2 1]]]",
		},
		{name: "an aborted read", class: "G1a", holds: "ru", ops: "0 fail txn [[:append :x 1]]\n1 ok txn [[:r :x [1]]]"},
		{name: "an intermediate read", class: "G1b", holds: "ru", ops: "0 ok txn [[:append :x 1] [:append :x 2]]\n1 ok txn [[:r :x [1]]]"},
		{
			name: "two transactions see each other", class: "G1c", holds: "ru",
			ops: "0 ok txn [[:append :x 1] [:r :y [1]]]\n1 ok txn [[:append :y 1] [:r :x [1]]]",
		},
		{
			name: "a transaction vanishes", class: "G-single", holds: "ru rc",
			ops: "0 ok txn [[:append :x 1] [:append :y 1]]\n1 ok txn [[:r :x [1]] [:r :y nil]]",
		},
		{
			name: "read skew", class: "G-single", holds: "ru rc mav",
			ops: "0 ok txn [[:append :x 1] [:append :y 1]]\n1 ok txn [[:r :y nil] [:r :x [1]]]",
		},
		{
			name: "a lost update", class: "lost update", holds: "ru rc mav",
			ops: "0 ok txn [[:r :x nil] [:append :x 1]]\n1 ok txn [[:r :x nil] [:append :x 2]]",
		},
		{
			name: "write skew", class: "G2-item", holds: "ru rc mav si",
			ops: "0 ok txn [[:r :x nil] [:append :y 1]]\n1 ok txn [[:r :y nil] [:append :x 1]]",
		},
		{
			name: "a stale read", class: "G-single-realtime", holds: "ru rc mav rr si s",
			ops: "0 invoke txn [[:append :x 1]]\n0 ok txn [[:append :x 1]]\n1 invoke txn [[:r :x nil]]\n1 ok txn [[:r :x nil]]",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			j := judged(t, told(row.ops), "", judging.Options{})
			require.Equal(t, checker.Fail, j.Verdict)
			require.Equal(t, row.class, j.Violations[0].Class, j.Violations[0].Sentence)
			require.Equal(t, row.holds, holding(j.Levels))
			for _, l := range judging.Levels() { // judging at each level separately gives the same verdicts
				want := checker.Fail
				for _, told := range j.Levels {
					if told.Level == l {
						want = told.Verdict
					}
				}
				alone := judged(t, told(row.ops), "", judging.Options{Level: l})
				require.Equal(t, want, alone.Verdict, l)
				if alone.Verdict == checker.Fail {
					require.Equal(t, row.holds, holding(alone.Levels), "asked at %s", l)
				}
			}
		})
	}
}

// holding abbreviates the levels that hold.
func holding(levels []judging.LevelVerdict) string {
	var names []string
	for i, l := range levels {
		if l.Verdict == checker.Pass {
			names = append(names, [...]string{"ru", "rc", "mav", "rr", "si", "s", "ss"}[i])
		}
	}
	return strings.Join(names, " ")
}

func TestAVacuousHistoryDoesNotPass(t *testing.T) {
	for text, reason := range map[string]string{
		"[]":                               "nothing was judged: the history has no operations",
		told("0 info kill"):                "nothing was judged: no answered operation says what the store held",
		told("0 invoke write 1"):           "nothing was judged: no answered operation says what the store held",
		told("0 ok txn [[:w :x 1]]"):       "nothing was judged: no answered operation says what the store held",
		told("0 invoke transfer {}"):       "nothing was judged: no answered operation says what the store held",
		told("0 invoke read {1 1}"):        "nothing was judged: no answered operation says what the store held",
		told("0 ok read {}\n1 ok read {}"): "nothing was judged: no read of all accounts was answered",
	} {
		r, err := recorded.Read(strings.NewReader(strings.Replace(text, ":f :kill", ":f :read", 1)), recorded.Options{})
		require.NoError(t, err, text)
		j := judging.Judge(t.Context(), r, judging.Options{})
		require.Equal(t, checker.Inconclusive, j.Verdict, text)
		require.Equal(t, reason, j.Reason, text)
	}
}

func TestABoundedSearchSaysSo(t *testing.T) {
	var b strings.Builder
	const clients = "0123456789"
	for round := range 8 {
		for c := range clients {
			b.WriteString(string(clients[c]) + " invoke write " + string(clients[(c+round)%5]) + "\n")
		}
		for c := range clients {
			b.WriteString(string(clients[c]) + " ok write " + string(clients[(c+round)%5]) + "\n")
		}
	}
	b.WriteString("0 invoke read\n1 invoke cas [3 4]\n0 ok read 1\n1 ok cas [3 4]\n0 invoke read\n0 ok read 2\n")
	j := judged(t, told(b.String()), "", judging.Options{Steps: 1000})
	require.Equal(t, checker.Inconclusive, j.Verdict)
	require.Contains(t, j.Reason, "the search for an order of")
	require.Contains(t, j.Reason, "was given up: 1000 steps were tried")

	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("no time"))
	for _, text := range []string{b.String(), "0 ok txn [[:append :x 1] [:r :x [1]]]"} {
		r, err := recorded.Read(strings.NewReader(told(text)), recorded.Options{})
		require.NoError(t, err)
		j := judging.Judge(ctx, r, judging.Options{})
		require.Equal(t, checker.Inconclusive, j.Verdict)
		require.Contains(t, j.Reason, "no time")
	}
}

func TestNotesListAssumptions(t *testing.T) {
	j := judged(t, told("0 ok read 1\n1 ok write 1"), "", judging.Options{})
	require.Equal(t, []string{"the history records no calls, so nothing is known about times"}, j.Notes)
	require.Equal(t, judging.Operations{All: 2, Acked: 2, Clients: 2}, j.Operations)
	require.False(t, j.Lines)
	j = judged(t, told("0 invoke read\n0 ok read nil\n1 invoke write 1\n2 invoke write 2\n2 fail write 2"), "", judging.Options{})
	require.Empty(t, j.Notes)
	require.True(t, j.Lines)
	require.Equal(t, judging.Operations{All: 3, Acked: 1, Open: 1, Refused: 1, Clients: 3}, j.Operations)
	j = judged(t, told("0 invoke read\n0 ok read {:a 7, :b 0}"), "", judging.Options{})
	require.Equal(t, []string{"2 accounts with a total of 7, which is what the first read found"}, j.Notes)
}
