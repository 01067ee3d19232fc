package torture

import (
	"context"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// judgeLive judges what the clients saw while the store ran. It returns the reasons for which it could not.
func (r *recording) judgeLive(ctx context.Context, promises Promises) (unknown []string) {
	results := []checker.Result{checker.Assumptions(r.history)}
	if results[0].Verdict == checker.Pass {
		if promises.Linearizable {
			results = append(results, checker.CheckReads(r.history), r.linearizability(ctx, promises))
		} else {
			results = append(results, checker.CheckLateReads(r.history))
		}
		if bank := r.plan.bank(); bank != nil {
			results = append(results, bank.JudgeHistory(r.history))
		}
		if isolation := r.orders(promises).isolation; isolation != nil {
			results = append(results, isolation.JudgeHistory())
		}
		results = append(results, r.unexpectedErrors(promises))
	}
	for _, result := range results {
		switch result.Verdict {
		case checker.Fail:
			r.problems = append(r.problems, tag(result)...)
		case checker.Inconclusive:
			unknown = append(unknown, result.Judge+": "+result.Reason)
		case checker.Pass:
		}
	}
	return unknown
}

// linearizability asks for an order of all operations; transactions are operations too, if they are to be in it.
func (r *recording) linearizability(ctx context.Context, promises Promises) checker.Result {
	if r.plan.bank() != nil && promises.Isolation == checker.StrictSerializable {
		return checker.BankLinearizability(ctx, r.history, *r.plan.bank(), checker.Limits{})
	}
	return checker.Linearizability(ctx, r.history, &history.State{}, nil, nil, checker.Limits{})
}

// tag puts the judge's name before the class where the class alone would not tell.
func tag(r checker.Result) []checker.Violation {
	for i := range r.Violations {
		r.Violations[i].Class = r.Judge + ": " + r.Violations[i].Class
	}
	return r.Violations
}

// unexpectedErrors fails if the store returned an error other than a conflict before anything had failed under it.
func (r *recording) unexpectedErrors(promises Promises) checker.Result {
	result := checker.Result{Judge: "errors", Verdict: checker.Pass}
	excused := r.excused()
	for i := range r.history {
		op := &r.history[i]
		if op.Err == "" || op.Return >= excused || isConflict(op) || !promises.Transactions && isTransaction(op.Kind) {
			continue
		}
		result.Verdict = checker.Fail
		result.Violations = append(result.Violations, checker.Violation{
			Class: "unexpected error", Ops: []int{op.ID},
			Sentence: "the store returned an error on a disk that did what it was told: " + op.Kind.String() + ": " + op.Err,
		})
	}
	return result
}

// isConflict reports whether a transaction failed as it may.
func isConflict(op *history.Op) bool {
	return op.Outcome == history.Rejected && op.Kind == history.Txn && op.Err == workloads.ErrConflict.Error()
}

func isTransaction(k history.Kind) bool { return k == history.Txn || k == history.Snapshot }
