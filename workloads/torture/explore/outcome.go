package explore

import (
	"cmp"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Outcome is what an exploration found.
type Outcome struct {
	Tally      Tally
	Failures   []Failure      // the easiest to follow first
	Unclear    map[string]int // by reason: judgements without an answer
	WrongTotal *int64         // the sum of all balances in some image, if it was wrong
	Reached    []int          // by goal: crash points that hit it; nil: none was explored
	survival   survival
}

// Survival returns how many commits of the subject were acknowledged as durable before the latest explored crash, and how
// many of them no image had lost.
func (o *Outcome) Survival(of *Subject) (acked, kept int) { return o.survival.count(of) }

// Behind returns how many commits of the subject had to survive the latest explored crash.
func (o *Outcome) Behind(of *Subject) int {
	return of.Judges.MustSurvive(history.Cut{Acked: o.survival.asked}, of.Recording.Plan.Fault.Rule(of.Target.Promises))
}

// add adds the results of an explorer.
func (o *Outcome) add(x *explorer) {
	o.Tally.Add(x.tally)
	o.Tally.Spent.Add(x.prober.Spent())
	for _, f := range x.failures {
		o.Failures = append(o.Failures, *f)
	}
	o.WrongTotal = cmp.Or(o.WrongTotal, x.wrongTotal)
	o.survival.add(x.survival)
	for i, n := range x.reached {
		o.Reached[i] += n
	}
	for reason, n := range x.unclear {
		o.Unclear[reason] += n
	}
}

// merge folds failures of reopening into the failures that a single recovery shows too: the reopening did not cause them.
func (o *Outcome) merge() {
	known := map[string]*Failure{}
	for i := range o.Failures {
		if f := &o.Failures[i]; f.Judge != ReopeningJudge && f.crashes() <= 2 {
			known[f.Fingerprint()] = f
		}
	}
	for _, f := range o.Failures {
		if other := known[f.plain]; other != nil {
			other.Count += f.Count
		}
	}
	o.Failures = slices.DeleteFunc(o.Failures, func(f Failure) bool { return known[f.plain] != nil })
}

// sort puts failures with few and early crashes first.
func (o *Outcome) sort() {
	slices.SortStableFunc(o.Failures, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(a.crashes(), b.crashes()), cmp.Compare(a.Tick, b.Tick), cmp.Compare(a.Leaf, b.Leaf))
	})
}

// findings is what an explorer has found.
type findings struct {
	tally      Tally
	failures   map[string]*Failure // by fingerprint: the simplest one
	unclear    map[string]int      // by reason: judgements without an answer
	wrongTotal *int64              // the sum of all balances in a state that the bank's judge rejected
	survival   survival
	reached    []int // by goal: crash points that hit it
}

func newFindings(goals int) findings {
	return findings{failures: map[string]*Failure{}, unclear: map[string]int{}, survival: newSurvival(), reached: make([]int, goals)}
}

// lostCommits is the class of a violation about commits that had to survive a crash and are missing.
const lostCommits = "lost"

// noteLost records which commits of the recorded run are lost according to a violation.
func (f *findings) noteLost(v checker.Violation) {
	if v.Class == lostCommits || v.Class == "resurrected" {
		f.survival.lose(v.Ops)
	}
}

// noteUnclear counts a judgement without an answer.
func (f *findings) noteUnclear(r checker.Result) { f.unclear[r.Judge+": "+r.Reason]++ }

// looked is something with the fates of pending operations: a crash image that was looked at, or several images of one
// disk.
type looked interface{ Fates() map[uint64]string }

// trial collects the failures of an experiment with the disks on which they were seen.
type trial struct {
	failures []*Failure
	disks    []looked
}

func (t *trial) failed() bool { return len(t.failures) > 0 }

// keepAll records the failures of a trial.
func (x *explorer) keepAll(t *trial) {
	for i, f := range t.failures {
		x.keep(f, t.disks[i])
	}
}

// fail records a violation. Of all failures with the same fingerprint only the simplest is kept; fail returns the new
// failure if it is the simplest so far, and nil otherwise. A trial keeps all failures.
func (x *explorer) fail(img looked, at origin, judge string, v checker.Violation) *Failure {
	plain := ""
	if at.reopened {
		plain = (&Failure{Violation: v, Judge: judge}).Fingerprint()
	}
	judge, v = at.blamed(judge, v)
	f := &Failure{
		Violation: v, Judge: judge, Count: 1, Tick: at.job.point.Tick, Leaf: at.leaf, Picks: at.path.Picks(), Draw: at.job.draw,
		Way: at.path.Way(), Damage: at.damage, Nested: at.nested, Endured: at.endured, Crashes: at.inARow, Sessions: at.sessions, RecoveryFault: at.fault, Lived: at.lived,
		plain: plain,
	}
	if at.trial != nil {
		at.trial.failures, at.trial.disks = append(at.trial.failures, f), append(at.trial.disks, img)
		return f
	}
	return x.keep(f, img)
}

// keep records a failure that was seen on a disk; see fail.
func (x *explorer) keep(f *Failure, img looked) *Failure {
	id := f.Fingerprint()
	if x.shared.req.stopsAt(f, id) {
		x.shared.stop()
	}
	if known := x.failures[id]; known != nil {
		if known.Count++; !f.simpler(known) {
			return nil
		}
		f.Count = known.Count
	} else {
		x.shared.req.Progress.Failures.Add(1)
	}
	f.Fates = img.Fates()
	if first, one := img.(*faultfs.FS); one {
		f.decided = first.Decided()
	}
	x.failures[id] = f
	return f
}
