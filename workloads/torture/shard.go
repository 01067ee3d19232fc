package torture

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// Shard is one of several parts of a matrix that run apart, each with a share of the cells. Cells have the same seeds whatever
// shard they are in, so the shards together do what one run would. The zero value is the whole matrix.
type Shard struct {
	Index int // from 1 to Of
	Of    int
}

// check returns an ErrConfig for a shard that there cannot be.
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
		return nil, fmt.Errorf("%w: shard %d/%d has nothing to do: the matrix has only %d cells; give fewer shards", ErrConfig, s.Index, s.Of, len(all))
	}
	return own, nil
}

// Matrix returns the cells that a Check would have, with their names alone, in the order in which a Shard counts them. The
// error is that of Check for bad options.
func Matrix(target Target, opts Options) ([]Cell, error) {
	opts = opts.withDefaults(&target)
	if err := opts.validate(&target); err != nil {
		return nil, err
	}
	var cells []Cell
	for _, c := range cellsOf(opts) {
		cells = append(cells, Cell{Workload: c.result.Workload, Fault: c.result.Fault})
	}
	return cells, nil
}
