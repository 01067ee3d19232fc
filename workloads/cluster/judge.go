package cluster

import (
	"context"
	"strconv"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

var bank = checker.Bank{
	Total: accounts * startBalance, Accounts: accounts,
	IsAccount: func(key []byte) bool { return len(key) > 0 && key[0] == 'a' },
	Balance: func(value []byte) (int64, bool) {
		n, err := strconv.ParseInt(string(value), 10, 64)
		return n, err == nil
	},
}

// Judge judges the history of a run: each key is linearizable, every read of the accounts sees the full total, and operations
// on lists are strictly serializable. If the history breaks the checker's assumptions, that is the only result.
func Judge(ctx context.Context, ops []history.Op) []checker.Result {
	if r := checker.Assumptions(ops); r.Verdict != checker.Pass {
		return []checker.Result{r}
	}
	return []checker.Result{
		checker.Linearizability(ctx, ops, nil, nil, nil, checker.Limits{}),
		bank.JudgeHistory(ops),
		judgeLists(ops),
	}
}

// Judge judges the history as well. It returns all violations, and why a judge reached no verdict, if one did not.
func (o *Outcome) Judge(ctx context.Context) (all []Violation, undecided string) {
	all = o.Violations
	for _, r := range Judge(ctx, o.History) {
		switch r.Verdict {
		case checker.Fail:
			for _, v := range r.Violations {
				all = append(all, Violation{Class: Class(r.Judge), Sentence: v.Sentence})
			}
		case checker.Inconclusive:
			undecided = r.Reason
		case checker.Pass:
		}
	}
	return all, undecided
}
