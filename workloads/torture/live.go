package torture

import (
	"context"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// judgeLive judges what the clients saw while the store ran. It returns the reasons for which it could not.
func (r *recording) judgeLive(ctx context.Context, promises Promises) (unknown []string) {
	results := []checker.Result{checker.Assumptions(r.history)}
	if results[0].Verdict == checker.Pass {
		results = append(results, checker.CheckReads(r.history))
		if promises.Linearizable {
			results = append(results, r.linearizability(ctx))
		}
		if bank := r.plan.bank(); bank != nil {
			results = append(results, bank.JudgeHistory(r.history))
		}
		if !r.plan.fault.errors {
			results = append(results, unexpectedErrors(r.history))
		}
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

func (r *recording) linearizability(ctx context.Context) checker.Result {
	if r.plan.bank() != nil {
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

// unexpectedErrors fails if the store returned an error other than a conflict on a disk that did what it was told.
func unexpectedErrors(ops []history.Op) checker.Result {
	result := checker.Result{Judge: "errors", Verdict: checker.Pass}
	for i := range ops {
		op := &ops[i]
		if op.Outcome == history.Unknown && op.Err != "" {
			result.Verdict = checker.Fail
			result.Violations = append(result.Violations, checker.Violation{
				Class: "unexpected error", Ops: []int{op.ID},
				Sentence: "the store returned an error on a disk that did what it was told: " + op.Kind.String() + ": " + op.Err,
			})
		}
	}
	return result
}
