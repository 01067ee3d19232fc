package explore

import (
	"cmp"
	"slices"

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
