package torture

import (
	"testing"

	"github.com/lightningdb/lightning-torture/workloads"
)

// Case is a run with its operations written out: what a finding's Go test holds. It depends on no generator and no seed.
type Case struct {
	Script  workloads.Script
	Sequel  workloads.Script // for the store opened again, if it has clients
	Fault   string           // a named fault, or a rule in the fault grammar; it says what the engine may do
	Rules   []string         // in place of those that a named fault draws
	Late    bool             // the rules begin when the store has been loaded
	Profile string           // empty: posix-min
	Device  string           // empty: sectors are whole
}

// Reproduce runs the case on target, cuts the power at every operation, crashes the recoveries too, and fails the test for
// each way in which a promise is broken, or if that cannot be told. A store that keeps its promises passes. A case of
// several clients is run a few times, on whatever schedule comes.
func Reproduce(tb testing.TB, target Target, c Case) {
	tb.Helper()
	p, err := c.plan()
	if err != nil {
		tb.Fatalf("torture: %v", err)
	}
	tries := 1
	if p.clients() > 1 {
		tries = shrinkTries
	}
	for range tries {
		if reproduce(tb, target, p); tb.Failed() {
			return
		}
	}
}

func reproduce(tb testing.TB, target Target, p *plan) {
	tb.Helper()
	e := newExploration(record(tb.Context(), target, p), target)
	for _, reason := range e.judgeLive(tb.Context(), target.Promises) {
		tb.Errorf("inconclusive: %s", reason)
	}
	for _, v := range e.problems {
		tb.Errorf("%s: %s", v.Class, v.Sentence)
	}
	e.explore(tb.Context(), 1, &progress{})
	for reason := range e.unclear {
		tb.Errorf("inconclusive: %s", reason)
	}
	for i := range e.failures {
		f := &e.failures[i]
		tb.Errorf("%s: %s: %s", f.judge, f.Class, f.Sentence)
		if why := explain(tb.Context(), e, f); why != nil {
			tb.Logf("why: %s", why.Sentence)
		}
	}
}

func (c *Case) plan() (*plan, error) {
	profile := c.Profile
	if profile == "" {
		profile = Profiles()[0].Name
	}
	p := &plan{
		spec: spec{
			Workload: c.Script.Workload, Fault: c.Fault, Profile: profile, Device: c.Device, Seed: c.Script.Seed, Size: c.Script.Size,
		},
		script: c.Script, late: c.Late, nest: 1, lives: maxImages, patience: defaultPatience,
	}
	if err := p.names(); err != nil {
		return nil, err
	}
	if len(c.Sequel.Clients) > 0 {
		p.sequel = &c.Sequel
	}
	p.allSynced = allSynced(&p.script)
	return p, p.setRules(c.Rules)
}
