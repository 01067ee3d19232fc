package torture

import (
	"context"
	"fmt"
	"maps"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/quota"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// owe sets the quota of each cell. Runs bounded by work do everything that was asked for anyway.
func (c *campaign) owe() {
	c.progress.cells = len(c.cells)
	for _, cell := range c.cells {
		if cell.series == nil && c.opts.Scenario == "" && !c.deadline.IsZero() {
			cell.Owes.Points = quota.CellPoints
			if c.opts.CrashPoints > 0 {
				cell.Owes.Points = min(cell.Owes.Points, c.opts.CrashPoints)
			}
		}
	}
}

// limited returns the context of all runs. It ends at Options.Limit, when the quota is given up.
func (c *campaign) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.opts.Limit == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, c.progress.begin.Add(c.opts.Limit))
}

// note counts the cell as complete once it is, for the progress report.
func (c *campaign) note(cell *cell) {
	if !cell.Complete && cell.missing() == "" {
		cell.Complete = true
		c.progress.complete.Add(1)
	}
}

// maxContinued is the number of further runs for a cell whose first run proves nothing.
const maxContinued = 8

// complete runs a cell again until its quota is met. What it draws depends on the seed alone.
func (c *campaign) complete(ctx context.Context, cell *cell) error {
	over, cancel := context.WithCancel(ctx)
	cancel() // only what is owed
	for n := max(0, cell.Stage-1); n < maxContinued; n++ {
		if cell.missing() == "" || c.ended(ctx) || cell.Owes.Fault && len(cell.Result.Injected) == 0 && isNamed(cell) {
			return nil
		}
		r, err := c.draw(ctx, cell, -1-n)
		if err != nil || ctx.Err() != nil {
			return err
		}
		if r == nil {
			continue
		}
		cell.Stage = n + 2
		budget := ctx
		if !c.deadline.IsZero() {
			budget = over
		}
		if err := c.examine(ctx, budget, cell, r); err != nil {
			return err
		}
	}
	return nil
}

// quota returns the work that the campaign owes, and how much of it was done.
func (c *campaign) quota() (q quota.Quota) {
	for _, cell := range c.cells {
		cell.missing() // updates the count of injected faults
		q.Add(&cell.Owes, &cell.Done)
	}
	if c.owesProfiles() {
		q.Profiles.Owed = len(faultfs.Profiles())
		q.Profiles.Done = q.Profiles.Owed - len(c.unseenProfiles())
	}
	if c.demanding {
		q.Goals.Owed = len(c.figures.Goals)
		q.Goals.Done = q.Goals.Owed - len(c.wantedGoals())
	}
	return q
}

// unmet gives a reason if the campaign was stopped before its quota was met.
func (c *campaign) unmet(ctx context.Context, q *quota.Quota) []string {
	switch {
	case ctx.Err() != nil && (!q.Met() || c.opts.Rounds > 0):
		return []string{fmt.Sprintf("stopped before its quota was met: %v", q)}
	case c.gaveUp && !q.Met():
		return []string{fmt.Sprintf("the quota was not met within %v: %v; allow more time with --limit, or ask for less", c.opts.Limit, q)}
	}
	return nil
}

// wantedGoals returns the indexes of the goals that the campaign still has to reach. Only the default run must reach
// all of them: a run that is narrowed to a workload, a fault or a size, or that stops at its first finding, may be
// unable to.
func (c *campaign) wantedGoals() (wanted []int) {
	if !c.demanding {
		return nil
	}
	for i, g := range c.figures.Goals {
		if g.Points == 0 {
			wanted = append(wanted, i)
		}
	}
	return wanted
}

// missedGoals gives a reason for each goal that the campaign did not reach.
func (c *campaign) missedGoals() (reasons []string) {
	for _, i := range c.wantedGoals() {
		g := c.figures.Goals[i]
		reasons = append(reasons, fmt.Sprintf("goal %s was not reached: %s", g.Name, g.Text))
	}
	return reasons
}

// maxSteered is the number of further runs that are recorded in search of unreached goals. Recording a run of
// Lightning takes about 10 ms.
const maxSteered = 128

// steer records runs until some reach the remaining goals, and cuts the power there. Nothing says what it takes to
// reach a goal, so sizes and limits are drawn as in other runs, and steeredCell picks the cells. In addition, each run
// sets the limits that one of the goals, in turn, asks for.
func (c *campaign) steer(ctx context.Context) error {
	for n := c.Steered; n < maxSteered; n++ {
		wanted := c.wantedGoals()
		if len(wanted) == 0 || c.ended(ctx) {
			return nil
		}
		cell := c.steeredCell(n)
		r, err := c.record(ctx, cell, n, c.goals[wanted[n%len(wanted)]].Limits)
		if err != nil || ctx.Err() != nil {
			return err
		}
		if r == nil {
			continue
		}
		c.Steered = n + 1
		hits := explore.Hits(&c.target, r)
		for _, goal := range wanted {
			if hits[goal] {
				over, cancel := context.WithCancel(ctx)
				cancel()
				if err := c.examine(ctx, over, cell, r); err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}

// steeredCell returns the cell of the n-th run recorded in search of a goal. Every other run is of the first cell of a
// workload, usually the plain power cut, going through the workloads in turn. Some situations need another fault, so
// the rest are drawn.
func (c *campaign) steeredCell(n int) *cell {
	if n%2 == 1 {
		return c.cells[plan.Mix(c.opts.Seed, uint64(n))%uint64(len(c.cells))]
	}
	var first []*cell
	for i, cell := range c.cells {
		if i == 0 || cell.Result.Workload != c.cells[i-1].Result.Workload {
			first = append(first, cell)
		}
	}
	return first[n/2%len(first)]
}

// record records a run of a cell in search of a goal, with the limits that the goal asks for.
func (c *campaign) record(ctx context.Context, cell *cell, n int, asked contract.Limits) (*record.Recording, error) {
	seed := childSeed(c.opts.Seed, cell.Result.Workload, cell.Result.Fault, "steered", n) & (1<<32 - 1)
	spec := plan.Spec{Fault: cell.Result.Fault, Seed: seed, Size: c.size(seed, n), Limits: maps.Clone(c.limits(seed))}
	if len(asked) > 0 {
		if spec.Limits == nil {
			spec.Limits = contract.Limits{}
		}
		maps.Copy(spec.Limits, asked)
	}
	return c.runOnce(ctx, cell, spec, record.Run)
}
