package explore

import (
	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// accept judges what a recovery returned and the files that it left, records what is wrong, and reports whether the
// image passed. An image does not pass either if the fault allows the engine to refuse it, or if a judge reaches no
// verdict.
func (x *explorer) accept(img *faultfs.FS, at origin, state *history.State, err error) bool {
	if err == nil {
		if v := x.prober.CheckFiles(img); v != nil {
			x.survival.asked = max(x.survival.asked, at.job.cut.Acked)
			x.fail(img, at, "files", *v)
			return false
		}
	}
	return x.acceptState(img, at, state, err)
}

// acceptState is accept without a check of the files.
func (x *explorer) acceptState(img *faultfs.FS, at origin, state *history.State, err error) bool {
	x.survival.asked = max(x.survival.asked, at.job.cut.Acked)
	if err != nil {
		if v := recovery.Refusal(err, &x.plan.Fault, &x.subject.Target.Promises); v != nil {
			x.survival.unrecovered(at.job.cut.Acked)
			x.fail(img, at, "recovery", *v)
		}
		return false
	}
	result, state := x.judgeState(at, state)
	switch result.Verdict {
	case checker.Pass:
		return true
	case checker.Inconclusive:
		if !x.ended() { // otherwise the judge has no answer because it was interrupted
			x.noteUnclear(result)
		}
		return false
	case checker.Fail:
	}
	if at.point != nil {
		first := recovery.Call{Image: img, Probe: recovery.ProbeSeed(at.job.draw)}
		if v := x.waver(at.point, first, attempt{img, at, at.path}, state); v != nil {
			x.fail(img, at, "recovery", *v)
			return false
		}
	}
	for _, v := range result.Violations {
		x.noteLost(v)
		if f := x.fail(img, at, result.Judge, v); f != nil {
			f.Recovered = state.Clone()
		}
	}
	return false
}

// judgeState returns the verdict on a state that the prober has just read, and the state itself, which stays valid until
// the next one is judged. The verdict is reused if the same state was judged before with the same bounds. With damage, the
// verdict also depends on which file rotted, so the state is always judged.
func (x *explorer) judgeState(at origin, read *history.State) (checker.Result, *history.State) {
	rotten := at.damage != nil
	if !rotten && x.verdicts.isLatest(at.job.bounds, read) {
		return x.verdicts.latest.verdict.Result, x.verdicts.latest.state
	}
	var verdict judge.Verdict
	if rotten {
		verdict = x.ask(at, read)
	} else {
		key := x.verdicts.key(at.job.bounds, read)
		known := false
		if verdict, known = x.verdicts.all[key]; !known {
			verdict = x.ask(at, read)
			x.verdicts.all[key] = verdict
		}
	}
	x.prober.Keep(x.verdicts.keep(at.job.bounds, read, verdict, !rotten))
	return verdict.Result, read
}

// ask asks all judges of recovered states for their verdict.
func (x *explorer) ask(at origin, state *history.State) judge.Verdict {
	crash := judge.Crash{Tick: at.job.point.Tick, Cut: at.job.cut, Damage: at.damage, Draw: at.job.draw, Leaf: at.leaf}
	verdict := x.subject.Judges.State(x.ctx(), crash, state, x.rule)
	if verdict.WrongTotal != nil {
		x.wrongTotal = verdict.WrongTotal
	}
	return verdict
}
