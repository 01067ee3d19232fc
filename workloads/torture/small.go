package torture

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/small"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// The small scope covers every script up to a given length (package small), with every crash point, every image, and
// every crash of every recovery. Nothing is random. The script without the last step has already covered the crash
// points before that step, so only those after the step has begun are explored.

// unexplored says how to continue, if the scope is not finished.
func unexplored(s *small.Scope) []string {
	if s == nil || s.Done() {
		return nil
	}
	return []string{fmt.Sprintf("scripts %d to %d of %d were explored; continue with --seed %d", s.First, s.Next-1, s.Scripts, s.Next)}
}

// scopeRun is one script: recorded, judged and explored.
type scopeRun struct {
	script uint64
	r      *record.Recording
	s      *explore.Subject
	live   judge.Live
	found  *explore.Outcome
	err    error
}

// smallAtOnce is the number of scripts explored before their results are added up, in order.
const smallAtOnce = 16

// goThroughScope goes through the small scope, several scripts at once, until it is finished or time is up.
func (c *campaign) goThroughScope(ctx context.Context, cell *cell) error {
	steps := cmp.Or(c.opts.Ops, defaultSmallSteps)
	c.target.Administration.Standing = nil // they do not depend on the script, so other runs make them
	c.scope = &small.Scope{Steps: steps, Scripts: small.Scripts(steps), First: c.opts.Seed, Next: c.opts.Seed}
	for s := c.scope; !s.Done(); {
		if c.ended(ctx) || c.timeIsUp() {
			return nil
		}
		runs := make([]scopeRun, min(smallAtOnce, s.Scripts-s.Next+1))
		c.exploreSmall(ctx, runs)
		for i := range runs {
			if err := c.addSmall(ctx, cell, &runs[i]); err != nil || ctx.Err() != nil || c.Hopeless != "" {
				return err
			}
			s.Next++
		}
	}
	return nil
}

// exploreSmall explores scripts from the next one on, as many at once as there are workers, with one explorer each.
func (c *campaign) exploreSmall(ctx context.Context, runs []scopeRun) {
	defer c.exploring()()
	c.progress.now.Store(fmt.Sprintf("script %d of %d", c.scope.Next, c.scope.Scripts))
	var taken atomic.Int64
	var crew sync.WaitGroup
	for lane := range c.opts.Workers {
		crew.Go(func() {
			for i := int(taken.Add(1)) - 1; i < len(runs) && ctx.Err() == nil; i = int(taken.Add(1)) - 1 {
				runs[i].script = c.scope.Next + uint64(i)
				c.runSmall(ctx, &runs[i], lane)
			}
		})
	}
	crew.Wait()
}

// runSmall records, judges and explores a script.
func (c *campaign) runSmall(ctx context.Context, run *scopeRun, lane int) {
	r, err := c.recordSmall(ctx, run.script)
	if run.err = err; err != nil || r == nil {
		return
	}
	run.r, run.s = r, c.subject(r)
	run.live, run.found = run.s.Judges.Live(ctx), &explore.Outcome{}
	req := c.request(ctx, run.s)
	req.Explorers, req.Slots, req.Lives, req.Whole = 1, lane, explore.MaxImages, true
	if req.Ticks, run.err = c.newTicks(ctx, run); run.err != nil || len(req.Ticks[0]) == 0 {
		return
	}
	run.found = explore.Explore(ctx, req)
}

// recordSmall records a script. The recording is nil if the target cannot run it.
func (c *campaign) recordSmall(ctx context.Context, script uint64) (*record.Recording, error) {
	p, err := plan.Resolve(plan.Spec{Workload: plan.SmallName, Scenario: plan.SmallName, Fault: "power", Profile: c.opts.Profile, Device: c.opts.Device, Seed: script})
	if err != nil {
		return nil, err
	}
	transacts := func(s workloads.Step) bool { return s.Kind == history.Txn }
	if !c.target.Promises.Transactions && slices.ContainsFunc(p.Script.Clients[0], transacts) {
		return nil, nil //nolint:nilnil // not for this target
	}
	return record.Run(ctx, c.target, p, c.opts.Patience), nil
}

// newTicks returns the crash ticks that a run has in addition to those of the script without its last step: everything
// after the operations that both have in common. If the two runs differ from the start, all ticks are new.
func (c *campaign) newTicks(ctx context.Context, run *scopeRun) ([][]uint64, error) {
	all := run.r.CrashTicks()
	prefix := small.Prefix(run.script)
	if prefix == 0 || len(run.live.Problems) > 0 {
		return [][]uint64{all}, nil
	}
	shorter, err := c.recordSmall(ctx, prefix)
	if err != nil {
		return nil, err
	}
	done := len(shorter.History) - 1 // not counting the scan at the end
	if done < 0 || done >= len(run.r.History) {
		return [][]uint64{all}, nil
	}
	begin := uint64(run.r.History[done].Call)
	if shorter.HashUntil(begin) != run.r.HashUntil(begin) {
		return [][]uint64{all}, nil
	}
	return [][]uint64{slices.DeleteFunc(slices.Clone(all), func(tick uint64) bool { return tick < begin })}, nil
}

// addSmall adds the result of a script.
func (c *campaign) addSmall(ctx context.Context, cell *cell, run *scopeRun) error {
	switch {
	case run.err != nil || ctx.Err() != nil:
		return run.err
	case run.r == nil:
		c.scope.Left++
		return nil
	}
	if err := c.noteRecording(ctx, cell, run.r); err != nil {
		return err
	}
	c.progress.runs.Add(1)
	c.addLive(cell, run.live)
	c.scope.Open += run.found.Tally.Points - run.found.Tally.Deep + run.found.Tally.Left
	c.progress.unknown.Add(int64(c.figures.addRun(cell, explored{subject: run.s, live: run.live, found: run.found})))
	failures := slices.Concat(explore.LiveFailures(run.live.Problems), run.found.Failures)
	return c.addFindings(ctx, cell, run.s, failures)
}
