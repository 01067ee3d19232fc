package torture

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// Check tortures target and returns what it found. A store that breaks its promises is not an error but a Result with
// the verdict Fail; Check returns an error only if the options are wrong (ErrConfig) or the lab itself could not work
// (ErrHost). When ctx is done, Check returns what it has so far, with Interrupted set.
func Check(ctx context.Context, target Target, opts Options) (*Result, error) {
	c, err := newCampaign(target, opts)
	if err != nil {
		return nil, err
	}
	stop := c.progress.watch(c.opts.Progress)
	limited, cancel := c.limited(ctx)
	defer cancel()
	if err = c.survey(limited); err == nil {
		err = c.rounds(limited)
	}
	if err == nil {
		err = c.steer(limited)
	}
	c.gaveUp = limited.Err() != nil
	stop()
	if errors.Is(err, syscall.EMFILE) {
		err = fmt.Errorf("%w: does the engine leave files open outside Env.FS?", err)
	}
	if err != nil {
		return nil, err
	}
	return c.finish(ctx)
}

// rounds goes through the matrix round by round. The first round is finished even if time is up, because the quota
// needs it.
func (c *campaign) rounds(ctx context.Context) error {
	for round := c.roundsBehind(); c.opts.Rounds == 0 || round < c.opts.Rounds; round++ {
		cells := c.byFault()
		for i, cell := range cells {
			if c.ended(ctx) || round > 0 && c.timeIsUp() {
				return nil
			}
			if cell.Rounds > round {
				continue // done by an earlier process
			}
			if err := c.runCell(ctx, cell, round, len(cells)-i); err != nil {
				return fmt.Errorf("%s × %s: %w", cell.Result.Workload, cell.Result.Fault, err)
			}
			cell.Rounds, cell.Stage = round+1, 0
			if last := i+1 == len(cells) || cells[i+1].Result.Fault != cell.Result.Fault; last && round == 0 {
				if err := c.settleNamed(ctx, cell.Result.Fault); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// roundsBehind returns the number of rounds that all cells have finished. It is 0 except in a process that continues
// from a journal.
func (c *campaign) roundsBehind() int {
	return slices.MinFunc(c.cells, func(a, b *cell) int { return cmp.Compare(a.Rounds, b.Rounds) }).Rounds
}

// byFault returns the cells in running order: every workload under the first fault, which is the plain power cut, then
// every workload under the second, and so on. In this order, a bug that only one workload shows is found early.
func (c *campaign) byFault() []*cell {
	return slices.SortedStableFunc(slices.Values(c.cells), func(a, b *cell) int {
		return cmp.Compare(slices.Index(c.opts.Faults, a.Result.Fault), slices.Index(c.opts.Faults, b.Result.Fault))
	})
}

// runCell records, judges and explores the runs of a cell in a round: one run, or all runs of a sweep. left is the
// number of cells left in the round.
func (c *campaign) runCell(ctx context.Context, cell *cell, round, left int) error {
	switch {
	case cell.givenUp():
		return nil
	case cell.series != nil:
		return c.sweep(ctx, cell)
	case c.opts.Scenario == plan.SmallName:
		return c.goThroughScope(ctx, cell)
	}
	if cell.Stage > 0 {
		return c.complete(ctx, cell)
	}
	if err := c.rehearse(ctx, cell, round, left); err != nil || c.ended(ctx) {
		return err
	}
	r, err := c.draw(ctx, cell, round)
	if err != nil || r == nil || ctx.Err() != nil {
		return err
	}
	cell.Stage = 1
	budget, cancel := c.budget(ctx, left)
	defer cancel()
	if round == 0 && isNamed(cell) && len(r.Injected) == 0 && !c.deadline.IsZero() {
		cancel() // explore only what the quota still requires, and see whether recoveries match the rule
	}
	if err := c.examine(ctx, budget, cell, r); err != nil || round > 0 {
		return err
	}
	return c.complete(ctx, cell)
}

// sweep goes through the runs of a cell until its fault has no call left to hit.
func (c *campaign) sweep(ctx context.Context, cell *cell) error {
	for n := cell.Stage + 1; !c.ended(ctx); n++ {
		r, err := c.runOnce(ctx, cell, plan.Spec{Fault: cell.series.Rule(n), Seed: c.opts.Seed}, record.Run)
		if err != nil || ctx.Err() != nil {
			return err
		}
		if r == nil {
			continue
		}
		cell.Stage = n
		if len(r.Injected) == 0 {
			cell.Swept = true // the run makes no further call of the kind
			return nil
		}
		if err := c.examine(ctx, ctx, cell, r); err != nil {
			return err
		}
	}
	return nil
}

// maxDraws bounds how often a run is drawn again. The last draw counts even if its fault hit nothing.
const maxDraws = 16

// draw draws runs of a cell until one is informative. A run is not informative if its fault hit nothing, or hit before
// anything had changed. Nor is the first run of a cell if no client got as far as a commit; later runs may fail that
// early. The recording is nil if all runs are lost.
func (c *campaign) draw(ctx context.Context, cell *cell, round int) (*record.Recording, error) {
	for n := 0; ; n++ {
		seed := childSeed(c.opts.Seed, cell.Result.Workload, cell.Result.Fault, round, n) & (1<<32 - 1)
		r, err := c.runOnce(ctx, cell, plan.Spec{Fault: cell.Result.Fault, Seed: seed, Size: c.size(seed, round)}, c.stays.Run)
		if err != nil {
			return nil, err
		}
		if r == nil {
			if n == maxDraws-1 {
				return nil, nil //nolint:nilnil // all runs are lost
			}
			continue
		}
		missed := r.Plan.Injects() && len(r.Injected) == 0 || len(r.CrashTicks()) == 0 || round <= 0 && r.Committed() == 0
		if !missed || len(r.Problems) > 0 || c.Hopeless != "" || r.CutOff || n == maxDraws-1 {
			return r, nil
		}
		if ctx.Err() != nil {
			return r, nil //nolint:nilerr // an interrupted run is not an error: what it recorded counts
		}
	}
}

// finish turns what was found into the result.
func (c *campaign) finish(ctx context.Context) (*Result, error) {
	elapsed := time.Since(c.progress.begin)
	if !c.opts.NoShrink && !c.Finishing {
		c.Finishing = true
		if err := c.writeJournal(); err != nil {
			return nil, err
		}
		c.findings.shrink(ctx, c.target, c.opts.Patience)
		c.findings.addCircumstances(ctx, c.target, c.opts.For, c.opts.Patience)
	}
	r := &Result{
		Version: 1, Engine: c.target.Name, OtherWorkloads: otherWorkloads(&c.target), Scenario: c.opts.Scenario, Seed: c.opts.Seed, Profile: c.opts.Profile,
		Device: c.opts.Device, Unreached: slices.Concat(c.target.Unreached, c.target.Largest.Beyond()), Unpromised: c.target.Promises.Unpromised,
		ElapsedSeconds: elapsed.Seconds(), Runs: int(c.progress.runs.Load()),
		FaultsInjected: map[string]uint64{}, Findings: []Finding{}, Cells: []Cell{}, Interrupted: ctx.Err() != nil,
		Provenance: provenance(),
	}
	c.figures.fill(r, c.looks.Vary())
	r.Scope, r.Seen, r.Deaths, r.Worst = c.scope, c.shapes.All(), len(c.Deaths), c.worst.Report()
	r.Shapes = len(r.Seen)
	r.Quota = c.quota()
	c.workDir.ComeBack()
	r.Reasons = append(r.Reasons, c.reservations(ctx, &r.Quota)...)
	for _, cell := range c.cells {
		if !c.owesNothing() {
			cell.judge()
		}
		for kind, n := range cell.Result.Injected {
			r.FaultsInjected[kind] += n
		}
		r.Cells = append(r.Cells, cell.Result)
	}
	r.Findings = c.findings.save(graceOver(ctx), c.opts.Dir, c.target)
	r.conclude()
	return r, nil
}

// reservations returns the reasons why a campaign without findings does not pass.
func (c *campaign) reservations(ctx context.Context, q *Quota) []string {
	reasons := unexplored(c.scope)
	if c.Thin != "" {
		reasons = append(reasons, c.Thin)
	}
	if left := c.workDir.Reason(); left != "" {
		reasons = append(reasons, left)
	}
	if c.Hopeless != "" {
		reasons = append(reasons, "nothing else was tried: "+c.Hopeless)
	}
	if !c.owesNothing() {
		reasons = slices.Concat(reasons, c.figures.evasive(), c.unmet(ctx, q), c.unseenProfiles(), c.missedGoals())
	}
	return reasons
}

// owesNothing reports whether the campaign stopped for a reason that waives its quota.
func (c *campaign) owesNothing() bool { return c.stopped() || c.Hopeless != "" }
