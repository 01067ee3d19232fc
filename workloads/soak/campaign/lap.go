package campaign

import (
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// Seed returns the seed of a lap.
func Seed(seed uint64, lap int) uint64 { return plan.Mix(seed, uint64(lap)+1) | 1 } // never 0, which would mean "pick a seed"

// Cells returns the cells of a lap, with their names. Rare faults take turns: each lap has only some of them.
func (s *Spec) Cells(target torture.Target, lap int) ([]torture.Cell, error) {
	return torture.Matrix(target, s.Options(lap))
}

// CellOptions returns the options of one cell of a lap with the given number of cells.
func (s *Spec) CellOptions(lap, cell, cells int) torture.Options {
	o := s.Options(lap)
	o.Shard = torture.Shard{Index: cell + 1, Of: cells}
	return o
}
