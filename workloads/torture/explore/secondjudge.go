package explore

import (
	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// judgeOfSecond judges what a recovery returned after a crash of the second life at a tick, with its history cut there.
type judgeOfSecond func(
	s *secondLife, at origin, tick uint64, cut history.Cut, state *history.State, err error,
) *checker.Violation

// doesNotRepeat is the class of violations in which a recovery finds a different state than the interrupted one before it.
const doesNotRepeat = "recovery does not repeat"

// judgeRepeated demands that the recovery after an interrupted one shows the state that the interrupted one would have shown.
func (x *explorer) judgeRepeated(
	s *secondLife, _ origin, _ uint64, _ history.Cut, state *history.State, err error,
) *checker.Violation {
	if err != nil {
		return recovery.Refusal(err, &x.plan.Fault, &x.subject.Target.Promises)
	}
	if s.read.Equal(state) {
		return nil
	}
	return &checker.Violation{
		Class: doesNotRepeat, Evidence: []string{differences(s.read, state)},
		Sentence: "a recovery was interrupted by a power cut, and the next one found another state on the same disk",
	}
}

// judgeSecond judges the state after a crash of the second life. If the recovery had not returned yet, nobody had seen its
// result, so only the promises of the first life count. After that, what it showed is the initial state of the second life
// and must not change.
func (x *explorer) judgeSecond(
	s *secondLife, at origin, tick uint64, cut history.Cut, state *history.State, err error,
) *checker.Violation {
	if err != nil {
		return recovery.Refusal(err, &x.plan.Fault, &x.subject.Target.Promises)
	}
	r := x.verdictSecond(s, at, tick, cut, state)
	switch r.Verdict {
	case checker.Pass:
		return nil
	case checker.Inconclusive:
		x.noteUnclear(r)
		return nil
	case checker.Fail:
	}
	v := r.Violations[0]
	if tick <= s.opened {
		x.noteLost(v)
	}
	v.Sentence = "after a crash during or just after recovery: " + v.Sentence
	if before := difference(s.read, state); before != "" {
		v.Evidence = append(v.Evidence, before)
	}
	return &v
}

// verdictSecond returns the verdict on a state that the prober has just read, and keeps both for the next call. The state
// is valid until then.
func (x *explorer) verdictSecond(
	s *secondLife, at origin, tick uint64, cut history.Cut, state *history.State,
) checker.Result {
	latest := &s.latest
	if latest.state != nil && latest.cut == cut && latest.state.Equal(state) {
		return latest.result
	}
	r := checker.Result{Verdict: checker.Pass} // an engine that promises nothing has nothing to keep
	if tick <= s.opened {
		if s.judged && s.read.Equal(state) {
			return r
		}
		r = x.subject.Judges.Durability(at.job.cut, state, x.rule)
	} else if killed := x.plan.Spec.Profile == faultfs.LoseNone().Name; killed || x.subject.Target.Promises.SyncSurvivesPowerCut {
		rule := checker.Rule{Suffix: x.rule.Suffix, Atomic: x.rule.Atomic}
		if killed {
			rule.Lower = x.rule.Lower
		}
		r = s.judge(cut, state, rule)
	}
	spare := latest.state
	if spare == nil {
		spare = &history.State{}
	}
	latest.cut, latest.state, latest.result = cut, state, r
	x.prober.Keep(spare)
	return r
}
