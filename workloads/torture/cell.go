package torture

import (
	"fmt"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/quota"
)

// cell is one cell of the matrix, with what decides whether its runs prove anything. The exported fields go into the
// journal.
type cell struct {
	Result   Cell
	Swept    bool // the sweep is finished
	Owes     quota.Owed
	Done     quota.Done
	Complete bool // already counted as complete
	Unknown  map[string]bool
	TooLong  string       // the latest run that took too long and was followed by smaller ones; "": none
	Drawn    int          // number of recorded runs
	Matched  uint64       // the largest number of calls of one run that met all conditions of its rule except nth and the others that count matches
	Rounds   int          // number of finished rounds
	Stage    int          // number of runs explored in the next round; for a sweep, the number of the latest run
	Deaths   int          // number of runs in which the engine ended the process
	series   *plan.Series // the runs of a sweep; nil: one run per round
}

// name returns the name of the cell.
func (c *cell) name() string { return evidence.CellName(c.Result.Workload, c.Result.Fault) }

// maxCellDeaths is the number of deaths after which a cell is given up.
const maxCellDeaths = 3

// givenUp reports whether the engine has ended the process in too many runs of the cell.
func (c *cell) givenUp() bool { return c.Deaths >= maxCellDeaths }

// missing says why the runs of a cell prove nothing; "" if they do.
func (c *cell) missing() string {
	c.Done.Injected = 0
	for _, n := range c.Result.Injected {
		c.Done.Injected += n
	}
	if c.series != nil && !c.Swept && c.Done.Runs > 0 {
		return fmt.Sprintf("the sweep stopped after %d runs, before its fault had hit every call", c.Done.Runs)
	}
	return c.Owes.Missing(&c.Done)
}

// cellsOf returns the cells of a campaign: every workload under every fault, or those of its scenario.
func cellsOf(o Options) []*cell {
	var all []*cell
	for i, w := range o.Workloads {
		for j, f := range o.Faults {
			if o.rotating && !o.hasTurn(w, f, i, j) {
				continue
			}
			c := &cell{Result: Cell{Workload: w, Fault: f, Injected: map[string]uint64{}}, Unknown: map[string]bool{}}
			for _, s := range plan.Sweep() {
				if o.Scenario == plan.SweepName && s.Name == f {
					c.series = &s
				}
			}
			all = append(all, c)
		}
	}
	return all
}

// hasTurn reports whether workload i runs under fault j. A rare fault gets one workload. A common fault gets all of
// them, except that a workload and its variant take turns.
func (o *Options) hasTurn(workload, name string, i, j int) bool {
	f, err := plan.FaultNamed(name)
	turn := j + int(o.Seed%1024)
	switch {
	case err != nil || !f.Rare:
		leaves := i > 0 && isVariant(workload) && turn%2 == 0 ||
			i+1 < len(o.Workloads) && isVariant(o.Workloads[i+1]) && turn%2 == 1
		return !leaves
	case slices.Contains(o.Workloads, f.Turns):
		return workload == f.Turns
	}
	return turn%len(o.Workloads) == i
}

func isVariant(name string) bool {
	w, known := workloads.ByName(name)
	return known && w.Variant
}

// maxReasons bounds the number of distinct reasons of a cell. Some contain numbers, so there could be any number of
// them.
const maxReasons = 16

// unclear counts judgements that reached no verdict.
func (c *cell) unclear(reason string, n int) {
	c.Result.Unknown += n
	if len(c.Unknown) < maxReasons {
		c.Unknown[reason] = true
	}
}

// judge adds the reasons why the runs of a cell prove nothing.
func (c *cell) judge() {
	if why := c.missing(); why != "" {
		c.Result.Reasons = append(c.Result.Reasons, why)
		if c.TooLong != "" {
			c.Result.Reasons = append(c.Result.Reasons, c.TooLong)
		}
	}
	if c.givenUp() {
		c.Result.Reasons = append(c.Result.Reasons, fmt.Sprintf("given up after the engine ended the process in %d of its runs; if it "+
			"stops on purpose, let it call Env.Stop instead, so that the lab can continue", c.Deaths))
	}
	c.Result.Reasons = append(c.Result.Reasons, slices.Sorted(maps.Keys(c.Unknown))...)
}

// Shard is one of several parts of a matrix that run separately, each with a share of the cells. The seeds of a cell
// do not depend on its shard, so the shards together do what one run would. The zero value is the whole matrix.
type Shard struct {
	Index int // from 1 to Of
	Of    int
}

// check returns an ErrConfig for an impossible shard.
func (s Shard) check() error {
	if s == (Shard{}) || s.Index >= 1 && s.Index <= s.Of && s.Of <= plan.MaxCount {
		return nil
	}
	return fmt.Errorf("%w: --shard is %d/%d; give I/N with I from 1 to N, and N up to %d", ErrConfig, s.Index, s.Of, plan.MaxCount)
}

// of returns the cells of the shard: every Of-th one.
func (s Shard) of(all []*cell) ([]*cell, error) {
	if s == (Shard{}) {
		return all, nil
	}
	var own []*cell
	for i, c := range all {
		if i%s.Of == s.Index-1 {
			own = append(own, c)
		}
	}
	if len(own) == 0 {
		return nil, fmt.Errorf("%w: shard %d/%d has nothing to do: the matrix has only %d cells; use fewer shards", ErrConfig, s.Index, s.Of, len(all))
	}
	return own, nil
}

// Matrix returns the cells that Check would run, with only their names filled in, in the order in which a Shard counts
// them. The error is that of Check for bad options.
func Matrix(target Target, opts Options) ([]Cell, error) {
	opts = opts.withDefaults(&target)
	if err := opts.validate(&target); err != nil {
		return nil, err
	}
	var cells []Cell
	for _, c := range cellsOf(opts) {
		cells = append(cells, Cell{Workload: c.Result.Workload, Fault: c.Result.Fault})
	}
	return cells, nil
}
