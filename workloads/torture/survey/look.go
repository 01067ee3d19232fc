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

// crashes is how many recoveries from crashes of a run are looked at, if the run itself lacks something.
const crashes = 3

// Look looks at a run without faults, and at recoveries from crashes of it. It calls running with the tick before each crash
// from which a store recovers, and with 0 before the run. It reports whether all went well: where something fails, what is not
// called says nothing.
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
		if !recovers(ctx, recovery.NewProber(target, p.Spec.Limits), img, patience) {
			return false
		}
	}
	return true
}

// recovers recovers a store on an image, and reports whether that ended well.
func recovers(ctx context.Context, prober *recovery.Prober, img *faultfs.FS, patience time.Duration) bool {
	done := make(chan error, 1)
	go func() {
		_, err := prober.Recover(recovery.Call{Image: img})
		done <- err
	}()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case err := <-done:
		return err == nil
	case <-limit.C:
	case <-ctx.Done():
	}
	return false
}
