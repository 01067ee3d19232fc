package record

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

func TestSomeDisksOfConcurrentRunsAreBusy(t *testing.T) {
	t.Parallel()
	for clients, want := range map[int][]bool{1: {false}, 3: {false, true}} {
		found := map[bool]bool{}
		for seed := range uint64(20) {
			p, err := plan.Resolve(plan.Spec{
				Workload: "kv", Fault: "power", Profile: "posix-min", Seed: seed, Size: workloads.Size{Clients: clients, Ops: 10},
			})
			require.NoError(t, err)
			yield := busy(p)
			found[yield != nil] = true
			if yield != nil {
				yield()
			}
		}
		for _, is := range want {
			require.True(t, found[is], "%d clients: busy %t", clients, is)
		}
		require.Len(t, found, len(want))
	}
}
