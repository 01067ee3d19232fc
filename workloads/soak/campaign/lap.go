package campaign

import (
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// Seed returns the seed of a lap.
func Seed(seed uint64, lap int) uint64 { return plan.Mix(seed, uint64(lap)+1) | 1 } // never 0, which would mean "pick a seed"

// Cells returns the cells of a lap, with their names. Rare faults take turns: each lap has only some of them. In the cells of a
// program, the profile of the disk stands in the place of the workload.
func (s *Spec) Cells(target torture.Target, lap int) ([]torture.Cell, error) {
	if s.Program != nil {
		return s.Program.cells(), nil
	}
	return torture.Matrix(target, s.Options(lap))
}

// CellOptions returns the options of one cell of a lap with the given number of cells.
func (s *Spec) CellOptions(lap, cell, cells int) torture.Options {
	o := s.Options(lap)
	o.Shard = torture.Shard{Index: cell + 1, Of: cells}
	return o
}

func (p *Program) cells() (cells []torture.Cell) {
	for _, profile := range p.Profiles {
		for _, fault := range p.Faults {
			cells = append(cells, torture.Cell{Workload: profile, Fault: fault})
		}
	}
	return cells
}

// CellSeed returns the seed of a cell of a program.
func (s *Spec) CellSeed(lap, cell int) uint64 { return plan.Mix(Seed(s.Seed, lap), uint64(cell)+1) | 1 }
