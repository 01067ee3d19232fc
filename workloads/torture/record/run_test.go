package record

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// A fault that hits while the store is loaded poisons it before a client has done anything: most faults hit later.
func TestFaultsHitTheClients(t *testing.T) {
	for _, name := range []string{"failed-fsync", "eio", "enospc", "short-write"} {
		hit, amid := 0, 0
		for seed := range uint64(40) {
			p, err := plan.Resolve(plan.Spec{
				Workload: "register", Fault: name, Profile: "posix-min", Seed: seed, Size: workloads.Size{Clients: 1, Ops: 60, Keys: 900},
			})
			require.NoError(t, err)
			r := Run(t.Context(), toy.Target(toy.Correct), p, DefaultPatience)
			if len(r.Injected) == 0 {
				continue
			}
			hit++
			if r.Committed() > 0 {
				amid++
			}
		}
		assert.Greater(t, hit, 12, name)
		assert.Greater(t, 2*amid, hit, "%s: %d of %d", name, amid, hit)
	}
}
