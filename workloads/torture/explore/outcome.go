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
	Unclear    map[string]int // judgements without an answer, by reason
	WrongTotal *int64         // a wrong total of the bank in some image
	Reached    []int          // crash points by goal; nil: none was explored
	survival   survival
}

// Survival returns how many commits of the subject were acknowledged as durable before a crash that was explored, and how
// many of them every image still had.
func (o *Outcome) Survival(of *Subject) (acked, kept int) { return o.survival.count(of) }

// Behind returns how many commits of the subject had to survive the crashes that were explored.
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

// merge counts what a store did when it was opened again as instances of what it does anyway, where one recovery shows the same.
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
