package survey

import (
	"context"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// crashes is the number of crashes of a run whose recoveries are surveyed if some rule was not met in the run itself.
const crashes = 3

// Look surveys a run without faults, and recoveries from crashes of it. It calls running with 0 before the run, and before
// each recovery with the tick of the crash. It reports whether everything went well; if something failed, calls that were not
// made prove nothing.
func (s *Survey) Look(ctx context.Context, target contract.Target, p *plan.Plan, patience time.Duration, running func(tick uint64)) bool {
	running(0)
	s.runs++
	workload := p.Spec.Workload
	r := record.Watched(ctx, target, p, patience, s.watch(workload))
	if len(r.Problems) > 0 || r.CutOff {
		return false
	}
	line := faultfs.NewTimeline(faultfs.Recorded(r.Trace), p.Model, 0)
	for _, tick := range record.Spread(r.CrashTicks(), crashes, p.Spec.Seed) {
		if !s.Lacks(workload) {
			break
		}
		img := line.Advance(tick).Image(faultfs.ImageOptions{Chooser: faultfs.Seeded(p.Spec.Seed)})
		img.Watch(s.watch(workload))
		running(tick)
		s.recoveries++
		if _, err := recovery.NewProber(target, p.Spec.Limits).RecoverWithin(ctx, recovery.Call{Image: img}, patience); err != nil {
			return false
		}
	}
	return true
}
