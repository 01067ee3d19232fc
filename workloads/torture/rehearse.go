package torture

import (
	"cmp"
	"context"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// rehearsals is the number of runs with concurrent clients before each run that is explored. A bug in overlapping
// operations shows under few schedules and needs no crash, and a run without crashes costs next to nothing. The first
// rehearsal takes place however short the time is.
const (
	rehearsals     = 6
	owedRehearsals = 1
)

// rehearsalKeys are the numbers of keys loaded by the rehearsals, in turn. With few keys the clients collide; with
// many they run into flushes and compactions.
var rehearsalKeys = [...]int{4, 900}

// rehearsalShare limits rehearsals to 1/rehearsalShare of the time of a cell.
const rehearsalShare = 4

// rehearse records and judges runs of a cell without cutting power. They count only if they fail, because only crashes
// can make a cell pass. Runs of one client have a single schedule and need no rehearsal.
func (c *campaign) rehearse(ctx context.Context, cell *cell, round, left int) error {
	if _, known := workloads.ByName(cell.Result.Workload); !known || c.opts.Clients == 1 {
		return nil
	}
	budget, cancel := c.budget(ctx, rehearsalShare*left)
	defer cancel()
	for i := 0; i < rehearsals && !c.ended(ctx); i++ {
		if i >= owedRehearsals && (budget.Err() != nil || c.timeIsUp()) {
			return nil
		}
		size := workloads.Size{
			Clients: cmp.Or(c.opts.Clients, 4), Ops: cmp.Or(c.opts.Ops, 40), ValueBytes: 100,
			Keys: cmp.Or(c.opts.Keys, rehearsalKeys[i%len(rehearsalKeys)]),
		}
		seed := childSeed(c.opts.Seed, cell.Result.Workload, cell.Result.Fault, round, "rehearsal", i) & (1<<32 - 1)
		r, err := c.runOnce(ctx, cell, plan.Spec{Fault: cell.Result.Fault, Seed: seed, Size: size}, record.Run)
		if err != nil || ctx.Err() != nil {
			return err // a run that was cut short proves nothing
		}
		if r == nil {
			continue
		}
		s := c.subject(r)
		live := s.Judges.Live(ctx)
		c.addLive(cell, live)
		if err := c.addFindings(ctx, cell, s, explore.LiveFailures(live.Problems)); err != nil {
			return err
		}
	}
	return nil
}
