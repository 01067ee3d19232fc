package torture

import (
	"cmp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/shrink"
)

// Within identifies a call of Run in a test of the same package.
type Within struct {
	Test    func(*testing.T) // the test function
	Subtest string           // the test's name after the first slash; empty: Test itself calls Run
	Call    int              // how many calls of Run the test makes before this one
}

// ReproduceWithin is Reproduce with the target of a call of Run. It runs the test that makes the call, and the call
// reproduces the case instead of torturing its target. Every other call of Run does nothing, and the tests that make
// them are skipped. If the call is not reached, t fails. The Go tests that Run saves use this, so they need no target
// of their own.
func ReproduceWithin(t *testing.T, w Within, c Case) {
	t.Helper()
	p := &pending{w: w, c: c, name: t.Name()}
	if w.Subtest != "" {
		p.name += "/" + w.Subtest
	}
	cases.Store(t.Name(), p)
	t.Cleanup(func() { // by now parallel subtests have ended as well
		cases.Delete(t.Name())
		if !p.reached.Load() && !t.Failed() {
			t.Errorf("torture: %q does not reach call %d of torture.Run; correct the Within if the test has changed", p.name, w.Call)
		}
	})
	w.Test(t)
}

// pending is a case that waits for a call of Run.
type pending struct {
	w       Within
	c       Case
	name    string // the test that makes the call
	reached atomic.Bool
}

// cases are the pending cases, by the name of the test that reproduces each.
var cases sync.Map

// withinOf returns the pending case of a test; nil if there is none.
func withinOf(test string) *pending {
	function, _, _ := strings.Cut(test, "/")
	if p, ok := cases.Load(function); ok {
		return p.(*pending)
	}
	return nil
}

// call handles a call of Run in a test that reproduces a case.
func (p *pending) call(tb testing.TB, here testCall, target Target, opts Options) *Result {
	tb.Helper()
	result := untouched(target)
	switch {
	case here == (testCall{p.name, p.w.Call}):
		p.reached.Store(true)
		patience := cmp.Or(opts.Patience, record.DefaultPatience)
		reproduceCase(tb, target, p.c, patience, result)
	case here.Test != p.name && !strings.HasPrefix(p.name, here.Test+"/"):
		tb.Skipf("torture: skipped while %s is reproduced", p.name)
	}
	return result
}

// Reproduce runs the case on target, cuts the power at every operation, crashes the recoveries too, and fails the test
// for each broken promise and for each judgement without a verdict. A store that keeps its promises passes. A case
// with several clients runs a few times, on whatever schedules occur.
func Reproduce(tb testing.TB, target Target, c Case) {
	tb.Helper()
	reproduceCase(tb, target, c, record.DefaultPatience, untouched(target))
}

// reproduceCase is Reproduce; it also counts the work done in a result.
func reproduceCase(tb testing.TB, target Target, c Case, patience time.Duration, result *Result) {
	tb.Helper()
	if err := target.CheckLimits(c.Limits); err != nil {
		tb.Fatalf("torture: %v", err)
	}
	p, err := c.Plan()
	if err != nil {
		tb.Fatalf("torture: %v", err)
	}
	tries := 1
	if p.Clients() > 1 {
		tries = shrink.Schedules
	}
	for range tries {
		if reproduce(tb, target, p, patience, result); tb.Failed() {
			return
		}
		if err := tb.Context().Err(); err != nil {
			tb.Errorf("inconclusive: %v", err)
			return
		}
	}
}

func reproduce(tb testing.TB, target Target, p *plan.Plan, patience time.Duration, result *Result) {
	tb.Helper()
	ctx, stop := beforeTimeout(tb)
	defer stop()
	s := explore.NewSubject(target, record.RunAndStay(ctx, target, p, patience), patience)
	live := s.Judges.Live(ctx)
	for _, reason := range live.Unclear {
		tb.Errorf("inconclusive: %s", reason)
	}
	for _, v := range live.Problems {
		tb.Errorf("%s: %s", v.Class, v.Sentence)
	}
	req := explore.NewRequest(s)
	req.Lives = explore.MaxImages
	found := explore.Explore(ctx, req)
	for reason := range found.Unclear {
		tb.Errorf("inconclusive: %s", reason)
	}
	result.Runs++
	result.CrashPoints += found.Tally.Points
	result.Images += found.Tally.Images
	if len(live.Problems)+len(found.Failures) > 0 {
		result.Verdict = checker.Fail
	} else if found.Tally.Images == 0 {
		tb.Errorf("inconclusive: the run has no crash image, because the target changes nothing on Env.FS")
	}
	if ctx.Err() != nil && tb.Context().Err() == nil && !tb.Failed() && len(found.Failures) == 0 {
		tb.Errorf("inconclusive: %d crash points were explored, and then the test would have timed out; give go test a longer -timeout", found.Tally.Points)
	}
	for i := range found.Failures {
		f := &found.Failures[i]
		tb.Errorf("%s: %s: %s", f.Judge, f.Class, f.Sentence)
		explaining := ctx
		if i == 0 {
			explaining = tb.Context() // for one there is time
		}
		if why := explain.Explain(explaining, s, f); why != nil {
			tb.Logf("why: %s", why.Sentence)
		}
	}
}
