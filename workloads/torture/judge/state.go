package judge

import (
	"context"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// Crash is the crash from which a store recovered.
type Crash struct {
	Tick   uint64 // the tick of the last operation before the power cut
	Cut    history.Cut
	Damage *faultfs.Damage // what rotted between crash and recovery; nil: nothing
	Draw   uint64          // with Leaf: the seed that chooses the states judged for linearizability
	Leaf   int
}

// Verdict is the verdict of the judges on a recovered state.
type Verdict struct {
	checker.Result
	WrongTotal *int64 // the sum of all balances, if the bank's judge rejected it
}

// State asks every judge of recovered states.
func (j *Judges) State(ctx context.Context, c Crash, state *history.State, rule checker.Rule) Verdict {
	promised := rule.Suffix
	when, rule, excused := j.excuse(c, rule)
	if r := j.durability().Judge(when, state, rule); r.Verdict != checker.Pass {
		return Verdict{Result: r}
	}
	if r := j.order(when, state, rule); r.Verdict != checker.Pass {
		return Verdict{Result: r}
	}
	if j.bank != nil && state.Len() > 0 && rule.Suffix == promised && j.conserves() {
		v := Verdict{Result: j.bank.JudgeState(state)}
		if v.Verdict == checker.Fail {
			total := j.bank.Sum(state)
			v.WrongTotal = &total
		}
		return v
	}
	if excused {
		return Verdict{Result: checker.Result{Judge: "durability", Verdict: checker.Pass}}
	}
	return Verdict{Result: j.recoveredOrder(ctx, c, state, rule)}
}

// conserves reports whether a sum that every transaction preserves must survive a crash. Half a transaction changes the sum,
// and so does a transaction whose predecessor was lost.
func (j *Judges) conserves() bool {
	return j.target.Promises.AtomicBatch && j.target.Promises.LossIsSuffix
}

// linearizabilityEach: one in this many states is judged for linearizability too. The search for an order costs as much as
// many recoveries.
const linearizabilityEach = 16

// recoveredOrder judges whether there is one order of operations that explains both what the clients saw before the crash and
// what the recovered store shows. This can be demanded only if nothing that was acknowledged or shown may be lost.
func (j *Judges) recoveredOrder(ctx context.Context, c Crash, state *history.State, rule checker.Rule) checker.Result {
	everything := rule.Lower == checker.AckedMustSurvive && !j.buffered || rule.Lower == checker.SyncedMustSurvive && j.recording.Plan.AllSynced
	sampled := plan.Mix(c.Draw, uint64(c.Leaf)+1)%linearizabilityEach == 0
	if !everything || !sampled || !j.target.Promises.Linearizable || !j.target.Promises.ShownSurvives {
		return checker.Result{Judge: "durability", Verdict: checker.Pass}
	}
	return checker.Linearizability(ctx, j.recording.History, nil, state, &c.Cut, checker.Limits{})
}
