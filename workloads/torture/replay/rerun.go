package replay

import (
	"cmp"
	"context"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// schedules is how often one attempt runs a script with several clients, on whatever schedules occur.
const schedules = 2

// Rerun finds out whether today's engine still fails as it did. The script of the finding runs again, and power is cut
// near the operation at which it failed and at many others. (Replay instead recovers the disks that an earlier engine
// wrote.) So a fixed engine passes, whether the bug was in what it writes or in how it recovers. The arguments and
// errors are those of Replay.
func Rerun(ctx context.Context, targets []contract.Target, tokenOrFile string, opts Options) (*Result, error) {
	w, err := within(ctx, func() (*wanted, error) { return find(targets, tokenOrFile, opts.Dir) })
	if err != nil {
		return nil, err
	}
	w.patience, w.id = cmp.Or(opts.Patience, record.DefaultPatience), cmp.Or(w.id, opts.ID)
	result := &Result{}
	for result.Attempts < max(1, opts.Attempts) && ctx.Err() == nil {
		finding, err := w.rerun(ctx)
		if err != nil {
			return nil, err
		}
		if ctx.Err() != nil && finding == nil {
			break // an attempt that was cut short proves nothing
		}
		result.Attempts++
		if finding != nil {
			result.Hits++
			result.Finding, result.Reproduced = finding, true
		}
		if result.enough(&opts, w.patience) {
			break
		}
	}
	return result, nil
}

// rerun makes one attempt. It returns nil if the failure did not occur.
func (w *wanted) rerun(ctx context.Context) (*evidence.Finding, error) {
	p, err := w.plan()
	if err != nil {
		return nil, err
	}
	tries := 1
	if p.Clients() > 1 {
		tries = schedules
	}
	for range tries {
		if finding := w.everywhere(ctx, w.runner()(ctx, w.target, p, w.patience)); finding != nil || ctx.Err() != nil {
			return finding, nil //nolint:nilerr // the caller sees that ctx is done
		}
	}
	return nil, nil //nolint:nilnil // nothing to report
}

// plan returns the plan of the run: that of the saved script, or the one that the token stands for.
func (w *wanted) plan() (*plan.Plan, error) {
	if w.saved == nil {
		return plan.Resolve(w.spec)
	}
	r, err := w.saved.Recording()
	if err != nil {
		return nil, err
	}
	return r.Plan, nil
}

// everywhere looks for the failure in crashes of the run at any operation. If the failure was found by one of the
// checks that an exploration makes only now and then, that check is made on every image.
func (w *wanted) everywhere(ctx context.Context, r *record.Recording) *evidence.Finding {
	s := explore.NewSubject(w.target, r, w.patience)
	if w.at.Beforehand {
		s.Looks.Stray()
	}
	failures := explore.LiveFailures(s.Judges.Live(ctx).Problems)
	if !r.Unopened() && (w.at.Tick != 0 || len(failures) == 0) {
		req := explore.NewRequest(s)
		if w.at.Nested != 0 || w.at.RecoveryFault != 0 || w.at.Crashes > 0 {
			req.Lives = explore.MaxImages
		}
		judge := ""
		if w.saved != nil {
			judge = w.saved.Finding.Judge
		}
		req.Ticks = w.passes(r.CrashTicks())
		req.First, req.Until = true, w.id // one failure is enough
		req.AuditAll, req.ReopenAll = judge == "" || judge == explore.AuditJudge, judge == explore.ReopeningJudge
		failures = append(failures, explore.Explore(ctx, req).Failures...)
	}
	for i := range failures {
		if f := &failures[i]; w.matches(f) {
			over, cancel := context.WithCancel(ctx)
			cancel() // the failure was explained when it was found
			finding := evidence.NewFinding(over, s, f)
			finding.File = w.file
			return &finding
		}
	}
	return nil
}

// The number of crash points of a run to look at, spread over it, and on each side of the one that failed.
const (
	rerunPoints = 128
	rerunAround = 16
)

// passes returns the crash points to look at: first those near the original failure, whose place may have shifted,
// then others.
func (w *wanted) passes(ticks []uint64) [][]uint64 {
	at, _ := slices.BinarySearch(ticks, w.at.Tick)
	every := len(ticks)/rerunPoints + 1
	var near, others []uint64
	for i, tick := range ticks {
		switch {
		case i >= at-rerunAround && i <= at+rerunAround:
			near = append(near, tick)
		case i%every == 0:
			others = append(others, tick)
		}
	}
	return [][]uint64{near, others}
}
