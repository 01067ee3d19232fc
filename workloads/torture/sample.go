package torture

import (
	"context"
	"slices"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// One recorded trace is judged under any number of profiles: what a crash keeps is not decided before recovery looks, so
// the workload does not run again. This file does so for a sample of the crash points of every run, so that a pass says
// something about every profile.

// The sample under each profile that is not the main one. A run that is bounded by time takes more crash points, as long
// as its share lasts.
const (
	samplePoints      = 4  // crash points of a run
	samplePointsTimed = 24 // crash points of a run that is bounded by time
	sampleImages      = 64 // images of one of them
	sampleLives       = 2  // recoveries of one of them that are crashed in turn
	sampleShare       = 4  // a quarter of a run's time
	profilePoints     = 8  // crash points that a campaign owes each profile
)

// samples reports whether a run is explored under the other profiles too.
func (c *campaign) samples(p *plan.Plan) bool { return c.sampling && p.Fault.Profile == "" }

// mainPart returns the part of a run's time that belongs to its main profile.
func (c *campaign) mainPart(ctx context.Context, p *plan.Plan) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok || c.deadline.IsZero() || !c.samples(p) {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(end)*(sampleShare-1)/sampleShare)
}

// sampleProfiles explores a few crash points of a recording under every other profile.
func (c *campaign) sampleProfiles(ctx, budget context.Context, cell *cell, s *explore.Subject) error {
	if !c.samples(s.Recording.Plan) {
		return nil
	}
	others := slices.DeleteFunc(faultfs.Profiles(), func(p faultfs.Profile) bool { return p.Name == s.Recording.Plan.Spec.Profile })
	for i, profile := range others {
		unseen := c.figures.profiles[profile.Name].CrashPoints < profilePoints // it is owed some, even if the time is up
		if c.ended(ctx) || c.timeIsUp() && !unseen {
			continue
		}
		other := s.Under(profile)
		req := c.request(ctx, other)
		req.Images, req.Lives = sampleImages, sampleLives
		all, seed := other.Recording.CrashTicks(), other.Recording.Plan.Spec.Seed
		req.Ticks = [][]uint64{record.Spread(all, samplePoints, seed)}
		if unseen {
			req.Owed = samplePoints
		}
		part, cancel := ctx, context.CancelFunc(func() {})
		if end, ok := budget.Deadline(); ok && !c.deadline.IsZero() {
			req.Ticks = append(req.Ticks, without(record.Spread(all, samplePointsTimed, seed), req.Ticks[0]))
			part, cancel = context.WithTimeout(budget, time.Until(end)/time.Duration(len(others)-i))
		}
		found := c.explore(part, req)
		cancel()
		if err := c.addSample(ctx, cell, explored{subject: other, found: found}); err != nil {
			return err
		}
	}
	return nil
}

// without returns the ticks that are not among others.
func without(ticks, others []uint64) []uint64 {
	return slices.DeleteFunc(slices.Clone(ticks), func(tick uint64) bool { return slices.Contains(others, tick) })
}
