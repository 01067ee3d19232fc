package judging

import (
	"fmt"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/history/recorded"
)

// bank judges reads of all accounts. The first such read determines the set of accounts and, unless the options give
// it, the total.
func (j *Judgement) bank(r *recorded.Recording, o Options) {
	j.Property = "total conserved"
	first := firstAudit(r.Ops)
	if first == nil {
		j.Reason = "nothing was judged: no read of all accounts was answered"
		return
	}
	accounts := map[string]bool{}
	total := int64(0)
	for _, read := range first.Reads {
		accounts[string(read.Key)] = true
		amount, _ := recorded.Balance(read.Value)
		total += amount
	}
	source := ""
	if o.Total != nil {
		total = *o.Total
	} else {
		source = ", which is what the first read found"
	}
	j.Notes = append(j.Notes, fmt.Sprintf("%d accounts with a total of %d%s", len(accounts), total, source))
	b := checker.Bank{
		Total: total, Accounts: len(accounts), Balance: recorded.Balance, Overdraft: o.Overdraft,
		IsAccount: func(key []byte) bool { return accounts[string(key)] },
	}
	if v := strangeAccount(r.Ops, accounts); v != nil {
		j.take(checker.Result{Verdict: checker.Fail, Violations: []checker.Violation{*v}})
	}
	if judged := b.JudgeHistory(r.Ops); judged.Verdict == checker.Fail || j.Verdict != checker.Fail {
		judged.Violations = append(j.Violations, judged.Violations...)
		j.take(judged)
	}
}

// audits reports whether an operation read all accounts.
func audits(op *history.Op) bool { return op.Scans() && op.Outcome == history.Acked }

func firstAudit(ops []history.Op) *history.Op {
	for i := range ops {
		if audits(&ops[i]) && len(ops[i].Reads) > 0 {
			return &ops[i]
		}
	}
	return nil
}

// strangeAccount looks for a read that found an account which the first read did not find.
func strangeAccount(ops []history.Op, accounts map[string]bool) *checker.Violation {
	for i := range ops {
		if !audits(&ops[i]) {
			continue
		}
		for _, read := range ops[i].Reads {
			if !accounts[string(read.Key)] {
				return &checker.Violation{Class: "unexpected account", Ops: []int{i}, Sentence: fmt.Sprintf(
					"scan #%d by client %d found an account %s, which was not there before", i, ops[i].Client, read.Key)}
			}
		}
	}
	return nil
}

func sortedKeys(keys map[string]bool) []string { return slices.Sorted(maps.Keys(keys)) }
