package explore

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// feeder makes the crash points of a request and hands them to the explorers.
type feeder struct {
	req     *Request
	steered []uint64 // crash points that hit the goals of Request.Steer, ascending
	spent   recovery.Spent
	all     [][]uint64                     // see passes
	wide    int                            // crash points so far at which many operations were pending
	made    map[uint64]*faultfs.CrashPoint // by tick: crash points made ahead; see makeAhead
}

// pointsAhead limits the crash points that are kept until they are sent.
const pointsAhead = 128

// In a run whose syncs do nothing, many operations are pending at every crash point, and a full search of each would take
// longer than all other runs together. So only the first widePoints such crash points get the full number of images, and
// later ones get briefImages. The passes spread the first ones over the whole run.
const (
	widePoints  = 16
	briefImages = 160
)

// brief reports whether the crash point of a job is allowed few images only. The budget counts crash points and not time:
// whether a crash point is brief depends on nothing but the crash points sent before it. If it depended on time, the load of
// the machine would decide which images are explored, and a failure found once might not be found again.
func (f *feeder) brief(j *job) bool {
	if f.req.Wanted != "" || f.req.Whole || j.point.Pending() <= faultfs.DefaultLimit {
		return false
	}
	f.wide++
	return f.wide > widePoints
}

// passes returns the ticks of the crash points in passes. Crash points that hit a wanted goal come first. After the first
// regular pass comes one crash point of each shape that was not explored yet, in this run or in another.
func (f *feeder) passes() [][]uint64 {
	if f.all == nil {
		f.all = f.ordered()
	}
	return f.all
}

func (f *feeder) ordered() [][]uint64 {
	all := f.planned()
	if len(all) > 1 && f.req.Ticks == nil {
		all = f.unseenFirst(all)
	}
	if len(f.steered) == 0 {
		return all
	}
	first := [][]uint64{f.steered}
	for _, pass := range all {
		first = append(first, slices.DeleteFunc(slices.Clone(pass), func(tick uint64) bool { return slices.Contains(f.steered, tick) }))
	}
	return first
}

// unseenFirst inserts a pass after the first one: of the remaining ticks, the first of each shape that was not explored yet.
func (f *feeder) unseenFirst(all [][]uint64) [][]uint64 {
	rest := slices.Sorted(slices.Values(slices.Concat(all[1:]...)))
	unseen := f.req.Subject.Shapes.Unseen(rest, f.req.Subject.shapes())
	passes := [][]uint64{all[0], unseen}
	for _, pass := range all[1:] {
		passes = append(passes, slices.DeleteFunc(slices.Clone(pass), func(tick uint64) bool {
			_, taken := slices.BinarySearch(unseen, tick)
			return taken
		}))
	}
	return passes
}

// planned returns the ticks of the crash points in passes, without regard to goals and shapes.
func (f *feeder) planned() [][]uint64 {
	r := f.req.Subject.Recording
	switch {
	case f.req.Ticks != nil || f.req.Endless != 0:
		return f.req.Ticks
	case f.req.Wanted != "":
		return [][]uint64{r.CrashTicks()} // in order: the earliest failure is the easiest to follow
	case r.Plan.Spec.Scenario == plan.SweepName:
		return [][]uint64{record.Spread(r.CrashTicksFromFault(), f.req.Points, r.Plan.Spec.Seed)}
	case f.req.Points > 0:
		return [][]uint64{record.Spread(r.CrashTicks(), f.req.Points, r.Plan.Spec.Seed)}
	}
	return passes(r.CrashTicks(), min(r.ClosingTicks(), closingPass), r.Plan.Spec.Seed)
}

// feed sends the crash points, pass by pass. After a quarter of them it also sends the job that starts a row of crashes
// (see endure). Sending ends when ctx is done, except for crash points that are owed: those are sent until whole is
// done.
func (f *feeder) feed(ctx, whole context.Context, jobs chan<- job) {
	r := f.req.Subject.Recording
	fs := faultfs.Recorded(r.Trace)
	out := &sender{feeder: f, jobs: jobs, ctx: ctx, whole: whole, cuts: record.NewCuts(r.Trace, r.History)}
	if f.req.Owed > 0 {
		out.owed = f.req.Owed + len(f.steered)
	}
	endure := func() bool {
		tick := f.enduring()
		return tick == 0 || out.send(faultfs.NewTimeline(fs, r.Plan.Model, 0), tick, true)
	}
	all := f.passes()
	n, sent := total(all), 0
	for i, pass := range all {
		if len(pass) > 0 && f.made[pass[0]] == nil {
			f.makeAhead(fs, all[i:])
		}
		timeline := faultfs.NewTimeline(fs, r.Plan.Model, 0)
		for _, tick := range pass {
			if !out.send(timeline, tick, false) {
				return
			}
		}
		sent += len(pass)
		if quarter := 4*sent >= n && 4*(sent-len(pass)) < n; quarter && !endure() && out.owed == 0 {
			return
		}
	}
	if n == 0 {
		endure()
	}
}

// sender sends the crash points of a feeder as jobs.
type sender struct {
	*feeder
	jobs       chan<- job
	ctx, whole context.Context
	cuts       *record.Cuts
	owed       int // crash points still to send that are owed
}

// send sends the crash point at a tick and reports whether an explorer has taken it. If the crash point was not made ahead,
// it is made from the timeline.
func (s *sender) send(timeline *faultfs.Timeline, tick uint64, endure bool) bool {
	until, isOwed := s.ctx, s.owed > 0 && !endure
	if isOwed {
		until = s.whole
		s.owed--
	}
	if until.Err() != nil {
		return false
	}
	begin := time.Now()
	var point *faultfs.CrashPoint
	if point = s.made[tick]; point == nil || endure {
		point = timeline.Advance(tick)
	} else {
		delete(s.made, tick)
	}
	j := job{point: point, cut: s.cuts.At(tick), draw: tick, endure: endure, owed: isOwed}
	j.bounds, j.brief = s.cuts.Bounds(j.cut), s.brief(&j)
	s.spend(begin)
	select {
	case s.jobs <- j:
		return true
	case <-until.Done():
		return false
	}
}

// makeAhead makes the crash points of several of the next passes in one walk over the trace, up to pointsAhead of them.
// Walking the trace is most of the cost of a crash point, and each of the first passes has only a few. If the next pass
// alone has too many, makeAhead makes none.
func (f *feeder) makeAhead(fs *faultfs.FS, next [][]uint64) {
	defer f.spend(time.Now())
	var ticks []uint64
	for _, pass := range next {
		if len(ticks)+len(pass) > pointsAhead {
			break
		}
		ticks = append(ticks, pass...)
	}
	slices.Sort(ticks)
	f.made = make(map[uint64]*faultfs.CrashPoint, len(ticks))
	timeline := faultfs.NewTimeline(fs, f.req.Subject.Recording.Plan.Model, 0)
	for _, tick := range ticks {
		f.made[tick] = timeline.Advance(tick)
	}
}

// spend adds the time since begin to the time spent on making crash points.
func (f *feeder) spend(begin time.Time) {
	took := time.Since(begin)
	f.spent.Add(recovery.Spent{Making: took, Total: took})
}

// enduring returns the tick of the crash that starts a row of crashes (see endure), or 0 if the run has none.
func (f *feeder) enduring() uint64 {
	p, all := f.req.Subject.Recording.Plan, f.req.Subject.Recording.CrashTicks()
	switch {
	case f.req.Endless != 0:
		return f.req.Endless
	case f.req.Wanted != "" && !f.req.Endures && !strings.HasPrefix(f.req.Wanted, growthJudge+"/"):
		return 0 // images after a row of crashes are drawn, not searched, so they explain little
	case f.req.Ticks != nil || p.Spec.Scenario != "" || p.Fault.Rot || len(all) == 0:
		return 0
	}
	return all[plan.Mix(p.Spec.Seed, endureCycles)%uint64(len(all))]
}
