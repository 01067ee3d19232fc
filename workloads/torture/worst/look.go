package worst

import (
	"context"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// Subject is a recorded run to look at.
type Subject struct {
	Target    contract.Target
	Recording *record.Recording
	Judges    *judge.Judges
	Patience  time.Duration     // how long a recovery may take before it counts as hanging
	Running   func(tick uint64) // called before each recovery
}

// What is examined: the first runs of a campaign, and in each run one power cut in each of its parts. To find the one
// with the most pending operations, a limited number of power cuts is compared.
const (
	maxRuns  = 16
	partsRun = 6
	maxTicks = 384
)

// Look examines a run, unless its disk lies or rots: the losses of such a disk say nothing about a store. If a recovery goes
// wrong, Look stops and returns the tick of its power cut, which the caller must explore, because the search may have left out
// that crash point. Otherwise it returns 0.
func (w *Worst) Look(ctx context.Context, s Subject) (wrong uint64) {
	p := s.Recording.Plan
	rule := p.Fault.Rule(s.Target.Promises)
	if ctx.Err() != nil || w.runs >= maxRuns || rule.Lower != checker.SyncedMustSurvive || p.Fault.Rot || p.Model.Device.IgnoreFlush > 0 || len(s.Recording.Problems) > 0 {
		return 0
	}
	w.runs++
	lost, cuts := newLosses(s.Recording.History), record.NewCuts(s.Recording.Trace, s.Recording.History)
	line := faultfs.NewTimeline(faultfs.Recorded(s.Recording.Trace), p.Model, 0)
	for _, tick := range s.worstTicks() {
		if ctx.Err() != nil {
			return 0
		}
		s.Running(tick)
		r, verdict := s.recover(ctx, line.Advance(tick), cuts.At(tick), lost, rule)
		switch {
		case verdict == checker.Fail && ctx.Err() == nil:
			return tick
		case verdict != checker.Pass:
			return 0
		}
		w.keep(r)
	}
	return 0
}

// worstTicks returns, for each part of the run, the tick of the power cut with the most pending operations.
func (s *Subject) worstTicks() (worst []uint64) {
	line := faultfs.NewTimeline(faultfs.Recorded(s.Recording.Trace), s.Recording.Plan.Model, 0)
	ticks := record.Spread(s.Recording.CrashTicks(), maxTicks, s.Recording.Plan.Spec.Seed)
	for part := range partsRun {
		most, at := 0, uint64(0)
		for _, tick := range ticks[part*len(ticks)/partsRun : (part+1)*len(ticks)/partsRun] {
			if n := line.Advance(tick).Pending(); n > most {
				most, at = n, tick
			}
		}
		if at > 0 {
			worst = append(worst, at)
		}
	}
	return worst
}

// recover recovers from the disk that has lost everything it may lose. It returns the recovery if the judges accept the result.
func (s *Subject) recover(ctx context.Context, point *faultfs.CrashPoint, cut history.Cut, lost *losses, rule checker.Rule) (*Recovery, checker.Verdict) {
	var ids []uint64
	for _, op := range point.Ops() {
		ids = append(ids, op.ID)
	}
	img := point.Losing(ids, faultfs.ImageOptions{})
	seen := &steps{target: &s.Target}
	prober := recovery.NewProber(seen.noted(s.Target), s.Recording.Plan.Spec.Limits)
	seen.watch(img)
	state, err := prober.RecoverWithin(ctx, recovery.Call{Image: img}, s.Patience)
	img.Watch(nil)
	img.WatchReads(nil)
	switch {
	case err != nil && recovery.Refusal(err, &s.Recording.Plan.Fault, &s.Target.Promises) == nil:
		return nil, checker.Inconclusive
	case err != nil:
		return nil, checker.Fail
	}
	crash := judge.Crash{Tick: point.Tick, Cut: cut}
	if v := s.Judges.State(ctx, crash, state, rule); v.Verdict != checker.Pass {
		return nil, v.Verdict
	}
	plan, spent := s.Recording.Plan, prober.Spent()
	r := &Recovery{
		Workload: plan.Spec.Workload, Fault: plan.Fault.Name, Profile: plan.Spec.Profile, Seed: plan.Spec.Seed, Tick: point.Tick, Of: s.lastTick(),
		LostCalls: calls(img.Lost()), LostBytes: img.LostBytes(), OpenSeconds: spent.Open.Seconds(), ReadSeconds: spent.Read.Seconds(),
		Keys: state.Len(), Synced: s.Judges.AckedSynced(cut), InFlight: lost.inFlight(cut),
	}
	r.Lost, r.Gone = lost.of(cut, state)
	r.Steps, r.Calls = seen.taken(img.Trace())
	first := state.Clone()
	again, err := prober.RecoverWithin(ctx, recovery.Call{Image: img}, s.Patience)
	r.Again = err == nil && again.Equal(first)
	return r, checker.Pass
}

func (s *Subject) lastTick() uint64 {
	trace := s.Recording.Trace
	return trace[len(trace)-1].Tick
}

// calls counts the calls that the pending operations belong to.
func calls(ops []faultfs.PendingOp) int {
	seen := map[faultfs.PendingOp]bool{}
	for _, op := range ops {
		op.ID = 0
		seen[op] = true
	}
	return len(seen)
}
