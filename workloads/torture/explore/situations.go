package explore

import (
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// situations returns, for each tick of a recording, the indexes of the goals that a power cut there hits.
func situations(goals []contract.Goal, r *record.Recording) map[uint64][]int {
	hits := map[uint64][]int{}
	for i := range goals {
		for _, tick := range goals[i].Hits(r.Trace, r.Notes) {
			hits[tick] = append(hits[tick], i)
		}
	}
	return hits
}

// steered returns a tick for each of the wanted goals that the run can hit, in ascending order: of all ticks that hit the
// goal, the middle one.
func steered(hits map[uint64][]int, wanted []int) (ticks []uint64) {
	for _, goal := range wanted {
		var all []uint64
		for tick, goals := range hits {
			if slices.Contains(goals, goal) {
				all = append(all, tick)
			}
		}
		if slices.Sort(all); len(all) > 0 {
			ticks = append(ticks, all[len(all)/2])
		}
	}
	slices.Sort(ticks)
	return slices.Compact(ticks)
}

// Hits returns the indexes of the goals of a target that some power cut of a recording would hit.
func Hits(target *contract.Target, r *record.Recording) map[int]bool {
	hit := map[int]bool{}
	for _, goals := range situations(contract.GoalsOf(target), r) {
		for _, goal := range goals {
			hit[goal] = true
		}
	}
	return hit
}
