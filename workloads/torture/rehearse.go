package torture

import (
	"cmp"
	"context"

	"github.com/lightningdb/lightning-torture/workloads"
)

// rehearsals is how many runs of concurrent transactions over lists there are to one that is explored. What a store does
// wrong when transactions overlap shows in one schedule of many and needs no crash, and a run without crashes costs next
// to nothing.
const rehearsals = 6

// rehearsalShare is the part of the time of a cell that rehearsals may take: one of so many.
const rehearsalShare = 4

// rehearse records and judges runs of a cell without cutting power. They count only if something is wrong: what a cell has
// proved, it has proved by its crashes. Runs of one client have one schedule, so there is nothing to rehearse.
func (c *campaign) rehearse(ctx context.Context, cell *cell, round, left int) error {
	w, known := workloads.ByName(cell.Workload)
	if !known || !w.Generate(0, workloads.Size{}).Lists || c.opts.Clients == 1 {
		return nil
	}
	size := workloads.Size{
		Clients: cmp.Or(c.opts.Clients, 4), Ops: cmp.Or(c.opts.Ops, 40), Keys: cmp.Or(c.opts.Keys, 4), ValueBytes: 100,
	}
	budget, cancel := c.budget(ctx, rehearsalShare*left)
	defer cancel()
	for i := 0; i < rehearsals && budget.Err() == nil && !c.over(ctx); i++ {
		seed := childSeed(c.opts.Seed, cell.Workload, cell.Fault, round, "rehearsal", i) & (1<<32 - 1)
		r, err := c.try(ctx, cell, spec{Fault: cell.Fault, Seed: seed, Size: size})
		if err != nil || ctx.Err() != nil {
			return err // what was cut short says nothing
		}
		c.judgeLive(ctx, cell, r)
		if err := c.addFindings(ctx, cell, newExploration(r, c.target), c.liveFailures(r)); err != nil {
			return err
		}
	}
	return nil
}

// judgeLive judges what the clients of a run saw.
func (c *campaign) judgeLive(ctx context.Context, cell *cell, r *recording) {
	for _, reason := range r.judgeLive(ctx, c.target.Promises) {
		cell.unclear(reason, 1)
		c.progress.unknown.Add(1)
	}
}
