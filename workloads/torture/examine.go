package torture

import (
	"context"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/worst"
)

// examine judges a recorded run, both as it was and after crashes. It explores crashes until the budget is spent and
// the run's share of the quota is met.
func (c *campaign) examine(ctx, budget context.Context, cell *cell, r *record.Recording) error {
	s := c.subject(r)
	run := explored{subject: s, found: &explore.Outcome{}}
	req := c.request(ctx, s)
	req.Owed, req.Steer = cell.Owes.Points, c.wantedGoals()
	judged := make(chan judge.Live, 1)
	go func() { judged <- s.Judges.Live(ctx) }() // concurrently with the exploration
	if req.First {
		run.live = <-judged
		judged <- run.live
	}
	if (!req.First || len(run.live.Problems) == 0) && c.Hopeless == "" {
		part, cancel := c.mainPart(budget, r.Plan)
		run.found = c.explore(part, req)
		cancel()
	}
	run.live = <-judged
	c.addLive(cell, run.live)
	c.progress.runs.Add(1)
	if c.opts.CrashPoints > 0 && req.Points == c.opts.CrashPoints {
		c.figures.addUnexplored(len(r.CrashTicks()) - req.Points)
	}
	c.progress.unknown.Add(int64(c.figures.addRun(cell, run)))
	failures := slices.Concat(explore.LiveFailures(run.live.Problems), run.found.Failures)
	if err := c.addFindings(ctx, cell, s, failures); err != nil {
		return err
	}
	c.note(cell)
	if err := c.writeJournal(); err != nil {
		return err
	}
	if c.Hopeless != "" {
		return nil
	}
	if len(failures) == 0 {
		if err := c.lookAtTheWorst(ctx, cell, s); err != nil {
			return err
		}
	}
	if err := c.sampleProfiles(ctx, budget, cell, s); err != nil {
		return err
	}
	return c.writeJournal()
}

// lookAtTheWorst examines the worst power cuts of a run without failures. If a recovery goes wrong there, it explores that
// crash point like any other.
func (c *campaign) lookAtTheWorst(ctx context.Context, cell *cell, s *explore.Subject) error {
	r := s.Recording
	tick := c.worst.Look(ctx, worst.Subject{
		Target: c.target, Recording: r, Judges: s.Judges, Patience: c.opts.Patience, Running: func(tick uint64) { c.running(0, r.Plan.Spec, tick) },
	})
	if tick == 0 {
		return nil
	}
	req := c.request(ctx, s)
	req.Ticks = [][]uint64{{tick}}
	found := c.explore(ctx, req)
	if len(found.Failures) == 0 && ctx.Err() == nil {
		cell.unclear(fmt.Sprintf("a recovery went wrong after the power cut at tick %d of the run with seed %d, but exploring that power cut did not show it again",
			tick, r.Plan.Spec.Seed), 1)
	}
	return c.addSample(ctx, cell, explored{subject: s, found: found})
}

// addLive adds what the clients of a run saw.
func (c *campaign) addLive(cell *cell, live judge.Live) {
	c.progress.unknown.Add(int64(c.figures.addLive(cell, live)))
}

// addSample adds the outcome of exploring a sample of a run's crash points.
func (c *campaign) addSample(ctx context.Context, cell *cell, sample explored) error {
	c.progress.unknown.Add(int64(c.figures.addSample(cell, sample)))
	return c.addFindings(ctx, cell, sample.subject, sample.found.Failures)
}
