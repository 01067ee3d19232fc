package plan

import (
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/small"
)

// scenario is a named run of one script, under a power cut or under a series of faults.
type scenario struct {
	Choice
	script func(seed uint64) workloads.Script
	sequel func(seed uint64) workloads.Script // the script for the reopened store; nil: it is not reopened
	phase  int                                // operations between two scans, whose results are kept in memory; 0: the default
	points int                                // crash points to explore, spread evenly; 0: all
}

// sweepPoints is the number of crash points explored in each run of the sweep.
const sweepPoints = 6

// SmallName is the scenario that goes through all small scripts. The seed of a run is the number of its script.
const SmallName = small.Name

// scenarios returns the three original scenarios, the sweep, and the small scope.
func scenarios() []scenario {
	return []scenario{
		{
			Choice: Choice{"seed-crash", "4 clients write 85,092 entries, power is cut, all acknowledged entries come back"},
			script: func(seed uint64) workloads.Script { return workloads.Load(seed, 4, 85_092) },
			points: 24, phase: 50_000,
		},
		{
			Choice: Choice{"seed-concurrent", "8 clients, 4,000 operations, no error, linearizable"},
			script: func(seed uint64) workloads.Script {
				register, _ := workloads.ByName("register")
				return register.Generate(seed, workloads.Size{Clients: 8, Ops: 500, ValueBytes: 100})
			},
			points: 400,
		},
		{
			Choice: Choice{"seed-bank", "two accounts of 1,000, 4 clients with 100 transfers each; the total stays 2,000"},
			script: func(seed uint64) workloads.Script { return workloads.Transfers(seed, 4, 100) },
		},
		{
			Choice: Choice{SweepName, "one client whose filesystem calls fail in turn, alone or with all later ones, with every effect"},
			script: workloads.Lifetime, sequel: workloads.Reopened, points: sweepPoints,
		},
		{
			Choice: Choice{SmallName, "every script of up to three steps, or --ops of them, every crash, every disk, and every crash of its recovery"},
			script: small.Script,
		},
	}
}

// FaultsOf returns the names of the faults under which a scenario runs.
func FaultsOf(scenario string) []string {
	if scenario != SweepName {
		return []string{"power"}
	}
	var names []string
	for _, s := range Sweep() {
		names = append(names, s.Name)
	}
	return names
}
