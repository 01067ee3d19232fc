package explore

import (
	"context"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// feeder makes the crash points of a request and hands them to the explorers.
type feeder struct {
	req   *Request
	spent recovery.Spent
}

// passes returns the ticks to cut power at, in the order in which to go through them.
func (f *feeder) passes() [][]uint64 {
	r := f.req.Subject.Recording
	switch {
	case f.req.Ticks != nil || f.req.Endless != 0:
		return f.req.Ticks
	case f.req.Wanted != "":
		return [][]uint64{r.CrashTicks()} // the earliest is the easiest to follow
	case r.Plan.Spec.Scenario == plan.SweepName:
		return [][]uint64{record.Spread(r.CrashTicksFromFault(), f.req.Points)}
	case f.req.Points > 0:
		return [][]uint64{record.Spread(r.CrashTicks(), f.req.Points)}
	}
	return passes(r.CrashTicks())
}

// passes splits ticks into passes over the whole run, each twice as fine as the one before, so that an exploration that is
// cut short has seen all parts of it. Each pass is ascending.
func passes(ticks []uint64) [][]uint64 {
	out := make([][]uint64, 3)
	for i, tick := range ticks {
		switch fromEnd := len(ticks) - 1 - i; {
		case fromEnd%4 == 0:
			out[0] = append(out[0], tick)
		case fromEnd%2 == 0:
			out[1] = append(out[1], tick)
		default:
			out[2] = append(out[2], tick)
		}
	}
	return out
}

// feed sends the crash points in passes. After the first pass, when all parts of the run have been seen, it also sends
// the one whose recovery is crashed again and again.
func (f *feeder) feed(ctx context.Context, jobs chan<- job) {
	r := f.req.Subject.Recording
	fs := faultfs.Recorded(r.Trace)
	cuts := record.NewCuts(r.Trace, r.History)
	send := func(timeline *faultfs.Timeline, tick uint64, endure bool) bool {
		begin := time.Now()
		j := job{point: timeline.Advance(tick), cut: cuts.At(tick), draw: tick, endure: endure}
		j.bounds = cuts.Bounds(j.cut)
		took := time.Since(begin)
		f.spent.Add(recovery.Spent{Making: took, Total: took})
		select {
		case jobs <- j:
			return true
		case <-ctx.Done():
			return false
		}
	}
	endure := func() bool {
		tick := f.enduring()
		return tick == 0 || send(faultfs.NewTimeline(fs, r.Plan.Model, 0), tick, true)
	}
	all := f.passes()
	if len(all) == 0 {
		endure()
		return
	}
	for i, pass := range all {
		if i == 1 && !endure() {
			return
		}
		timeline := faultfs.NewTimeline(fs, r.Plan.Model, 0)
		for _, tick := range pass {
			if !send(timeline, tick, false) {
				return
			}
		}
	}
	if len(all) == 1 {
		endure()
	}
}

// enduring returns the tick of the crash whose recovery is crashed again and again; there is one in each run that is
// small enough.
func (f *feeder) enduring() uint64 {
	p, all := f.req.Subject.Recording.Plan, f.req.Subject.Recording.CrashTicks()
	switch {
	case f.req.Endless != 0:
		return f.req.Endless
	case f.req.Wanted != "" && !strings.HasPrefix(f.req.Wanted, growthJudge+"/"):
		return 0 // its images are not those of a search, so they explain little
	case f.req.Ticks != nil || p.Spec.Scenario != "" || p.Fault.Rot || len(all) == 0:
		return 0
	}
	return all[plan.Mix(p.Spec.Seed, endureCycles)%uint64(len(all))]
}
