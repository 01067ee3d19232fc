package torture

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// A recorded trace can be judged under any number of profiles without running the workload again, because what a crash
// keeps is decided only when recovery reads it. The code here does this for a sample of the crash points of every run,
// so a pass says something about every profile.

// The size of the sample under each profile other than the main one. A run bounded by time takes more crash points, as
// long as its share of the time lasts.
const (
	samplePoints      = 4   // crash points of a run
	samplePointsTimed = 24  // the same for a run bounded by time
	sampleImages      = 128 // images of each crash point
	sampleLives       = 2   // recoveries of each crash point that are crashed in turn
	sampleShare       = 4   // samples get 1/sampleShare of a run's time
	profilePoints     = 8   // crash points that a campaign owes each profile
)

// samples reports whether a run is explored under the other profiles too.
func (c *campaign) samples(p *plan.Plan) bool { return c.sampling && p.Fault.Profile == "" }

// mainPart returns a context for the part of a run's time that belongs to its main profile.
func (c *campaign) mainPart(ctx context.Context, p *plan.Plan) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok || c.deadline.IsZero() || !c.samples(p) {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(end)*(sampleShare-1)/sampleShare)
}

// sampleProfiles explores a few crash points of a recording under every other profile. It explores as many profiles at
// once as there are workers, with one explorer each: in such a small exploration, several explorers would mostly wait
// for the last one.
func (c *campaign) sampleProfiles(ctx, budget context.Context, cell *cell, s *explore.Subject) error {
	if !c.samples(s.Recording.Plan) {
		return nil
	}
	var all []profileSample
	for _, profile := range faultfs.Profiles() {
		unseen := c.figures.Profiles[profile.Name].CrashPoints < profilePoints // the quota requires some, even if time is up
		if profile.Name != s.Recording.Plan.Spec.Profile && (unseen || !c.timeIsUp()) {
			all = append(all, c.profileSample(ctx, budget, s.Under(profile), unseen))
		}
	}
	if c.ended(ctx) || len(all) == 0 {
		return nil
	}
	c.exploreSamples(ctx, budget, all)
	for _, sample := range all {
		if err := c.addSample(ctx, cell, explored{subject: sample.req.Subject, found: sample.found}); err != nil || c.ended(ctx) {
			return err
		}
	}
	return nil
}

// profileSample is a request to explore a recording under one profile, and its outcome.
type profileSample struct {
	req   explore.Request
	timed bool // ends when the budget is spent
	found *explore.Outcome
}

func (c *campaign) profileSample(ctx, budget context.Context, s *explore.Subject, unseen bool) profileSample {
	sample := profileSample{req: c.request(ctx, s)}
	req, all, seed := &sample.req, s.Recording.CrashTicks(), s.Recording.Plan.Spec.Seed
	req.Images, req.Lives, req.Explorers = sampleImages, sampleLives, 1
	req.Ticks = [][]uint64{record.Spread(all, samplePoints, seed)}
	if unseen {
		req.Owed = samplePoints
	}
	if _, ok := budget.Deadline(); ok && !c.deadline.IsZero() {
		req.Ticks = append(req.Ticks, without(record.Spread(all, samplePointsTimed, seed), req.Ticks[0]))
		sample.timed = true
	}
	return sample
}

// exploreSamples explores samples, in order. Each gets an equal share of the budget left when it starts.
func (c *campaign) exploreSamples(ctx, budget context.Context, all []profileSample) {
	defer c.exploring()()
	lanes := min(c.opts.Workers, len(all))
	var next atomic.Int64
	var crew sync.WaitGroup
	for lane := range lanes {
		crew.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(all); i = int(next.Add(1)) - 1 {
				part, cancel := ctx, context.CancelFunc(func() {})
				if end, ok := budget.Deadline(); ok && all[i].timed {
					rounds := (len(all) - i + lanes - 1) / lanes
					part, cancel = context.WithTimeout(budget, time.Until(end)/time.Duration(rounds))
				}
				all[i].req.Slots = lane
				all[i].found = explore.Explore(part, all[i].req)
				cancel()
			}
		})
	}
	crew.Wait()
}

// without returns the ticks that are not in others.
func without(ticks, others []uint64) []uint64 {
	return slices.DeleteFunc(slices.Clone(ticks), func(tick uint64) bool { return slices.Contains(others, tick) })
}
