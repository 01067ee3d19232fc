package checker_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
)

// twoAccounts is a bank whose values are "balance/name".
var twoAccounts = checker.Bank{
	Total: 2000, Accounts: 2,
	IsAccount: func(key []byte) bool { return string(key) == "A" || string(key) == "B" },
	Balance: func(value []byte) (int64, bool) {
		digits, _, _ := strings.Cut(string(value), "/")
		n, err := strconv.ParseInt(digits, 10, 64)
		return n, err == nil
	},
}

func TestBankJudgesStates(t *testing.T) {
	for _, row := range []struct{ name, state, class, sentence string }{
		{name: "no account is open yet", state: "x=1"},
		{name: "the accounts add up", state: "A=310/a B=1690/b x=1"},
		{
			name: "money is lost", state: "A=310/a B=1650/b", class: "total not conserved",
			sentence: "the 2 accounts add up to 1960 in the recovered store, but the total is 2000: 40 were lost",
		},
		{
			name: "money comes from nowhere", state: "A=310/a B=1691/b", class: "total not conserved",
			sentence: "the 2 accounts add up to 2001 in the recovered store, but the total is 2000: 1 came from nowhere",
		},
		{
			name: "an account is gone", state: "A=2000/a", class: "account missing",
			sentence: "only 1 of 2 accounts are there in the recovered store",
		},
		{
			name: "an account is overdrawn", state: "A=-1/a B=2001/b", class: "bad balance",
			sentence: "A is overdrawn: its balance is -1, in the recovered store",
		},
		{
			name: "a balance cannot be read", state: "A=zz B=2000/b", class: "bad balance",
			sentence: "A holds zz, which is not a balance, in the recovered store",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := twoAccounts.JudgeState(pairs(row.state))
			if row.class == "" {
				require.Equal(t, checker.Pass, r.Verdict)
				return
			}
			require.Equal(t, checker.Fail, r.Verdict)
			require.Equal(t, []string{row.class, row.sentence}, []string{r.Violations[0].Class, r.Violations[0].Sentence})
		})
	}
	open := twoAccounts
	open.Turnover = true
	require.Equal(t, checker.Pass, open.JudgeState(pairs("A=2000/a")).Verdict, "the other account was closed")
	require.Equal(t, checker.Fail, open.JudgeState(pairs("A=1999/a")).Verdict)
	require.Equal(t, int64(1960), twoAccounts.Sum(pairs("A=310/a B=1650/b x=7")))
}

func TestBankKeepsFirstWorstAndLast(t *testing.T) {
	r := twoAccounts.JudgeHistory(parse(t, `
0 1-2 batch A=1000/a B=1000/a
0 3-4 snapshot A=1000/a B=1000/a
0 5-6 snapshot A=990/b B=1000/a
0 7-8 snapshot A=990/b
0 9-10 txn A=500/c B=1000/a | A=400/d B=1100/d
0 11-12 txn/rejected A=1/c B=1/a
0 13-14 scan A=999/e B=1000/a
0 15-16 get A=5/e`))
	require.Equal(t, checker.Fail, r.Verdict)
	var about []int
	for _, v := range r.Violations {
		about = append(about, v.Ops...)
	}
	require.Equal(t, []int{2, 4, 6}, about)
	require.Equal(t, "the 2 accounts add up to 1500 in transaction #4 by client 0, but the total is 2000: 500 were lost "+
		"(the worst of 3 such audits)", r.Violations[1].Sentence)
	require.Contains(t, r.Violations[0].Sentence, "(the first of 3 such audits)")
	require.Contains(t, r.Violations[2].Sentence, "(the last of 3 such audits)")
	r = twoAccounts.JudgeHistory(parse(t, "0 1-2 batch A=1000/a B=1000/a\n0 5-6 snapshot A=990/b B=1000/a"))
	require.Len(t, r.Violations, 1)
	require.NotContains(t, r.Violations[0].Sentence, "such audits")
	r = twoAccounts.JudgeHistory(parse(t, "0 1-2 scan\n0 3-4 batch A=1000/a B=1000/a\n0 5-6 snapshot A=1000/a B=1000/a"))
	require.Equal(t, checker.Pass, r.Verdict)
}

func TestBankLinearizability(t *testing.T) {
	opened := "0 1-2 batch A=1000/a B=1000/a z=1\n"
	for _, row := range []struct {
		name, ops string
		want      checker.Verdict
	}{
		{"two transfers in turn", "0 3-4 txn A=1000/a B=1000/a | A=990/b B=1010/b\n" +
			"1 5-6 txn A=990/b B=1010/b | A=980/c B=1020/c", checker.Pass},
		{"a lost update", "0 3-6 txn A=1000/a B=1000/a | A=990/b B=1010/b\n" +
			"1 4-5 txn A=1000/a B=1000/a | A=980/c B=1020/c", checker.Fail},
		{
			// Each account alone has an order, but the second audit sees the later transfer without the earlier one.
			"two audits see two transfers in different orders",
			"0 3-20 txn | A=990/b\n1 4-21 txn | B=1010/c\n2 5-6 snapshot A=990/b B=1000/a\n3 7-8 get A=990/b\n" +
				"2 9-10 snapshot A=1000/a B=1010/c", checker.Fail,
		},
		{"two audits at once see one order", "0 3-20 txn | A=990/b\n1 4-21 txn | B=1010/c\n" +
			"2 5-8 snapshot A=990/b B=1000/a\n3 6-7 snapshot A=1000/a B=1000/a", checker.Pass},
		{"two audits at once see two orders", "0 3-20 txn | A=990/b\n1 4-21 txn | B=1010/c\n" +
			"2 5-8 snapshot A=990/b B=1000/a\n3 6-7 snapshot A=1000/a B=1010/c", checker.Fail},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := checker.BankLinearizability(t.Context(), parse(t, opened+row.ops), twoAccounts, checker.Limits{})
			require.Equal(t, row.want, r.Verdict, "%v %v", r.Reason, r.Violations)
		})
	}
	ops := parse(t, opened+"2 5-8 snapshot A=990/b B=1000/a")
	all := twoAccounts
	all.IsAccount = func([]byte) bool { return true }
	require.Equal(t, checker.Fail, checker.BankLinearizability(t.Context(), ops, all, checker.Limits{}).Verdict)
	many := parse(t, "0 1-2 batch a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1")
	require.Equal(t, checker.Inconclusive, checker.BankLinearizability(t.Context(), many, all, checker.Limits{}).Verdict)
}
