package torture

import (
	"context"

	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// sweep goes through the runs of a cell until its fault has no call left to hit.
func (c *campaign) sweep(ctx context.Context, cell *cell) error {
	for n := 1; !c.ended(ctx); n++ {
		r, err := c.runOnce(ctx, cell, plan.Spec{Fault: cell.series.Rule(n), Seed: c.opts.Seed})
		if err != nil || ctx.Err() != nil {
			return err
		}
		if len(r.Injected) == 0 {
			cell.swept = true // the run has fewer such calls
			return nil
		}
		if err := c.examine(ctx, ctx, cell, r); err != nil {
			return err
		}
	}
	return nil
}
