package torture

import (
	"context"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// examine judges a recorded run, as it was and, until the budget is spent and what it owes is done, after crashes.
func (c *campaign) examine(ctx, budget context.Context, cell *cell, r *record.Recording) error {
	s := c.subject(r)
	live := c.judgeLive(ctx, cell, s)
	run := explored{subject: s, live: live, found: &explore.Outcome{}}
	req := c.request(ctx, s)
	req.Owed, req.Steer = cell.owes.Points, c.wantedGoals()
	if (!req.First || len(live.Problems) == 0) && c.hopeless == "" {
		part, cancel := c.mainPart(budget, r.Plan)
		run.found = c.explore(part, req)
		cancel()
	}
	c.progress.runs.Add(1)
	if c.opts.CrashPoints > 0 && req.Points == c.opts.CrashPoints {
		c.figures.addUnexplored(len(r.CrashTicks()) - req.Points)
	}
	c.progress.unknown.Add(int64(c.figures.addRun(cell, run)))
	failures := slices.Concat(explore.LiveFailures(live.Problems), run.found.Failures)
	if err := c.addFindings(ctx, cell, s, failures); err != nil {
		return err
	}
	c.note(cell)
	if c.hopeless != "" {
		return nil
	}
	return c.sampleProfiles(ctx, budget, cell, s)
}

// judgeLive judges what the clients of a run saw.
func (c *campaign) judgeLive(ctx context.Context, cell *cell, s *explore.Subject) judge.Live {
	live := s.Judges.Live(ctx)
	c.progress.unknown.Add(int64(c.figures.addLive(cell, live)))
	return live
}

// addSample adds what exploring a sample of a run's crash points has found.
func (c *campaign) addSample(ctx context.Context, cell *cell, sample explored) error {
	c.progress.unknown.Add(int64(c.figures.addSample(cell, sample)))
	return c.addFindings(ctx, cell, sample.subject, sample.found.Failures)
}
