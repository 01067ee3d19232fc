package explore

import (
	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// judgeOfSecond judges what a recovery returned after a crash of a second life.
type judgeOfSecond func(c *secondCrash, state *history.State, err error) *checker.Violation

// doesNotRepeat is the class of violations in which a recovery finds a different state than the interrupted one before it.
const doesNotRepeat = "recovery does not repeat"

// judgeRepeated demands that the recovery after an interrupted one show the state that the interrupted one would have
// shown.
func (x *explorer) judgeRepeated(c *secondCrash, state *history.State, err error) *checker.Violation {
	if err != nil {
		return recovery.Refusal(err, &x.plan.Fault, &x.subject.Target.Promises)
	}
	if c.read.Equal(state) {
		return nil
	}
	return &checker.Violation{
		Class: doesNotRepeat, Evidence: []string{differences(c.read, state)},
		Sentence: "a recovery was interrupted by a power cut, and the next one found another state on the same disk",
	}
}

// judgeSecond judges the state after a crash of the second life. If the recovery had not returned yet, nobody had seen its
// result, so only the promises of the first life count. After that, what it showed is the initial state of the second life
// and must not change.
func (x *explorer) judgeSecond(c *secondCrash, state *history.State, err error) *checker.Violation {
	if err != nil {
		return recovery.Refusal(err, &x.plan.Fault, &x.subject.Target.Promises)
	}
	r := x.verdictSecond(c, state)
	switch r.Verdict {
	case checker.Pass:
		return nil
	case checker.Inconclusive:
		x.noteUnclear(r)
		return nil
	case checker.Fail:
	}
	v := r.Violations[0]
	if c.whileOpening() {
		x.noteLost(v)
	}
	v.Sentence = "after a crash during or just after recovery: " + v.Sentence
	if before := difference(c.read, state); before != "" {
		v.Evidence = append(v.Evidence, before)
	}
	return &v
}

// verdictSecond returns the verdict on a state that the prober has just read, and keeps both for the next call. The state
// is valid until then.
func (x *explorer) verdictSecond(c *secondCrash, state *history.State) checker.Result {
	latest := &c.latest
	if latest.state != nil && latest.cut == c.cut && latest.state.Equal(state) {
		return latest.result
	}
	r := checker.Result{Verdict: checker.Pass} // an engine that promises nothing has nothing to keep
	if c.whileOpening() {
		if c.judged && c.read.Equal(state) {
			return r
		}
		r = x.subject.Judges.Durability(c.at.job.cut, state, x.rule)
	} else if killed := x.plan.Spec.Profile == faultfs.LoseNone().Name; killed || x.subject.Target.Promises.SyncSurvivesPowerCut {
		rule := checker.Rule{Suffix: x.rule.Suffix, Atomic: x.rule.Atomic}
		if killed {
			rule.Lower = x.rule.Lower
		}
		r = c.secondLife.judge(c.cut, state, rule)
	}
	spare := latest.state
	if spare == nil {
		spare = &history.State{}
	}
	latest.cut, latest.state, latest.result = c.cut, state, r
	x.prober.Keep(spare)
	return r
}
