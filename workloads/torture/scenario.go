package torture

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads"
)

// scenario is a named run: one script under a power cut.
type scenario struct {
	Choice
	script func(seed uint64) workloads.Script
	points int // crash points to explore, spread evenly; 0: all
}

// scenarios returns the three stories that the project started from.
func scenarios() []scenario {
	return []scenario{
		{
			Choice: Choice{"seed-crash", "4 clients write 85,092 entries, power is cut, all acknowledged ones come back"},
			script: func(seed uint64) workloads.Script { return workloads.Load(seed, 4, 85_092) },
			points: 24,
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
	}
}

func scenarioNamed(name string) (scenario, error) {
	for _, s := range scenarios() {
		if s.Name == name {
			return s, nil
		}
	}
	return scenario{}, fmt.Errorf("%w: unknown scenario %q; choose one of %s", ErrConfig, name, names(Scenarios()))
}
