package explore

import (
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// situations returns for each tick of the trace the goals that a power cut there hits, by their index.
func situations(goals []contract.Goal, trace []faultfs.Op) map[uint64][]int {
	hits := map[uint64][]int{}
	for i := range goals {
		watch := goals[i].Watch()
		for k := range trace {
			if op := &trace[k]; watch(op) && op.Changes() {
				hits[op.Tick] = append(hits[op.Tick], i)
			}
		}
	}
	return hits
}
