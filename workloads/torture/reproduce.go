package torture

import (
	"testing"

	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/shrink"
)

// Reproduce runs the case on target, cuts the power at every operation, crashes the recoveries too, and fails the test for
// each way in which a promise is broken, or if that cannot be determined. A store that keeps its promises passes. A case of
// several clients is run a few times, on whatever schedule comes.
func Reproduce(tb testing.TB, target Target, c Case) {
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
		if reproduce(tb, target, p); tb.Failed() {
			return
		}
		if err := tb.Context().Err(); err != nil {
			tb.Errorf("inconclusive: %v", err)
			return
		}
	}
}

func reproduce(tb testing.TB, target Target, p *plan.Plan) {
	tb.Helper()
	ctx := tb.Context()
	s := explore.NewSubject(target, record.Run(ctx, target, p, record.DefaultPatience), record.DefaultPatience)
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
	for i := range found.Failures {
		f := &found.Failures[i]
		tb.Errorf("%s: %s: %s", f.Judge, f.Class, f.Sentence)
		if why := explain.Explain(ctx, s, f); why != nil {
			tb.Logf("why: %s", why.Sentence)
		}
	}
}
