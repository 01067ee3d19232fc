package torture

import (
	"cmp"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// orders is the judges that know more of the order of commits than who was answered before whom was called.
type orders struct {
	isolation *checker.Isolation // nil if nothing promises anything that it could judge
	sequence  *checker.Sequence  // nil if the store does not reveal the order
}

// orders returns the judges of a recording, and makes them at the first call.
func (r *recording) orders(promises Promises) *orders {
	if r.known == nil {
		r.known = &orders{}
		if r.plan.script.Lists && promises.Transactions {
			lists := checker.Lists{IsList: workloads.IsList, Elements: workloads.Elements}
			r.known.isolation = checker.NewIsolation(r.history, lists, cmp.Or(promises.Isolation, checker.Serializable))
		}
		if s, ok := checker.NewSequence(r.history, &history.State{}); ok {
			r.known.sequence = s
		}
	}
	return r.known
}

// judge asks these judges about a recovered state, under a rule by which what is lost is what came last.
func (o *orders) judge(cut history.Cut, state *history.State, rule checker.Rule) checker.Result {
	if o.isolation != nil {
		if r := o.isolation.JudgeState(cut, state, rule); r.Verdict != checker.Pass {
			return r
		}
	}
	if o.sequence != nil && rule.Suffix && rule.Atomic {
		return o.sequence.Judge(cut, state, rule.Lower)
	}
	return checker.Result{Judge: "orders", Verdict: checker.Pass}
}
