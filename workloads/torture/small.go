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
//
// Nearly all images are of crashes of recoveries, and most bugs show without them. So the crashes of the scripts are
// explored first, without crashes of their recoveries, for some thousand scripts ahead. That takes a twentieth of the time. It
// counts only if it finds something: the same crash points are explored again, in full.

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

const (
	// smallAtOnce is the number of scripts explored before their results are added up, in order.
	smallAtOnce = 16
	// smallAhead is the number of scripts explored without crashes of recoveries before they are explored with them.
	smallAhead = 4096
)

// goThroughScope goes through the small scope, several scripts at once, until it is finished or time is up.
func (c *campaign) goThroughScope(ctx context.Context, cell *cell) error {
	steps := cmp.Or(c.opts.Ops, defaultSmallSteps)
	c.target.Administration.Standing = nil // they do not depend on the script, so other runs make them
	c.scope = &small.Scope{Steps: steps, Scripts: small.Scripts(steps), First: c.opts.Seed, Next: c.opts.Seed}
	for s := c.scope; !s.Done(); {
		end := min(s.Next+smallAhead, s.Scripts+1)
		if err := c.crashesFirst(ctx, cell, end); err != nil {
			return err
		}
		for s.Next < end && !c.smallEnds(ctx) {
			if err := c.goThrough(ctx, cell, &s.Next, end, explore.MaxImages); err != nil {
				return err
			}
		}
		if c.smallEnds(ctx) {
			return nil
		}
	}
	return nil
}

// crashesFirst explores the scripts up to end without crashes of recoveries. It takes at most half of the time left, so that the
// scope is finished at last, however often it is continued.
func (c *campaign) crashesFirst(ctx context.Context, cell *cell, end uint64) error {
	half, cancel := c.budget(ctx, 2)
	defer cancel()
	for next := c.scope.Next; next < end && half.Err() == nil && !c.smallEnds(ctx); {
		if err := c.goThrough(ctx, cell, &next, end, 0); err != nil {
			return err
		}
	}
	return nil
}

// smallEnds reports whether no further scripts are to be explored.
func (c *campaign) smallEnds(ctx context.Context) bool { return c.ended(ctx) || c.timeIsUp() }

// goThrough explores some scripts from number next on, up to end, and advances next. If lives is 0, no recovery is crashed,
// and scripts without findings do not count.
func (c *campaign) goThrough(ctx context.Context, cell *cell, next *uint64, end uint64, lives int) error {
	runs := make([]scopeRun, min(smallAtOnce, end-*next))
	for i := range runs {
		runs[i].script = *next + uint64(i)
	}
	c.exploreSmall(ctx, runs, lives)
	for i := range runs {
		run := &runs[i]
		if run.err != nil || ctx.Err() != nil || c.ended(ctx) {
			return run.err
		}
		if err := c.addSmall(ctx, cell, run, lives); err != nil {
			return err
		}
		*next++
	}
	return nil
}

// exploreSmall explores scripts, as many at once as there are workers, with one explorer each.
func (c *campaign) exploreSmall(ctx context.Context, runs []scopeRun, lives int) {
	defer c.exploring()()
	c.progress.now.Store(fmt.Sprintf("script %d of %d", runs[0].script, c.scope.Scripts))
	var taken atomic.Int64
	var crew sync.WaitGroup
	for lane := range c.opts.Workers {
		crew.Go(func() {
			for i := int(taken.Add(1)) - 1; i < len(runs) && ctx.Err() == nil; i = int(taken.Add(1)) - 1 {
				c.runSmall(ctx, &runs[i], lane, lives)
			}
		})
	}
	crew.Wait()
}

// runSmall records, judges and explores a script.
func (c *campaign) runSmall(ctx context.Context, run *scopeRun, lane, lives int) {
	r, err := c.recordSmall(ctx, run.script)
	if run.err = err; err != nil || r == nil {
		return
	}
	run.r, run.s = r, c.subject(r)
	run.live, run.found = run.s.Judges.Live(ctx), &explore.Outcome{}
	req := c.request(ctx, run.s)
	req.Explorers, req.Slots, req.Lives, req.Whole = 1, lane, lives, true
	if req.Ticks, run.err = c.newTicks(ctx, run); run.err != nil || len(req.Ticks[0]) == 0 {
		return
	}
	run.found = explore.Explore(ctx, req)
}

// recordSmall records a script. The recording is nil if the target cannot run it.
func (c *campaign) recordSmall(ctx context.Context, script uint64) (*record.Recording, error) {
	p, err := plan.Resolve(plan.Spec{
		Workload: plan.SmallName, Scenario: plan.SmallName, Fault: "power", Profile: c.opts.Profile, Device: c.opts.Device,
		Seed: script, Limits: c.limits(script),
	})
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
// after the operations that both have in common, and the last tick before that, because a step may promise something
// without changing the disk. If the two runs differ from the start, all ticks are new.
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
	done := 0 // number of operations that both have in common; what follows in the shorter run are the reads at its end
	for done < min(len(shorter.History), len(run.r.History)) && shorter.History[done].Kind == run.r.History[done].Kind {
		done++
	}
	if done == len(run.r.History) {
		return [][]uint64{all}, nil
	}
	begin := uint64(run.r.History[done].Call)
	if shorter.HashUntil(begin) != run.r.HashUntil(begin) {
		return [][]uint64{all}, nil
	}
	first, _ := slices.BinarySearch(all, begin)
	return [][]uint64{all[max(0, first-1):]}, nil
}

// addSmall adds the result of a script.
func (c *campaign) addSmall(ctx context.Context, cell *cell, run *scopeRun, lives int) error {
	if run.r == nil {
		if lives > 0 {
			c.scope.Left++
		}
		return nil
	}
	if err := c.noteRecording(ctx, cell, run.r); err != nil {
		return err
	}
	failures := slices.Concat(explore.LiveFailures(run.live.Problems), run.found.Failures)
	if lives > 0 || len(failures) > 0 {
		c.progress.runs.Add(1)
		c.addLive(cell, run.live)
		c.scope.Open += run.found.Tally.Points - run.found.Tally.Deep + run.found.Tally.Left
		c.progress.unknown.Add(int64(c.figures.addRun(cell, explored{subject: run.s, live: run.live, found: run.found})))
	}
	return c.addFindings(ctx, cell, run.s, failures)
}
