package record

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// cancelling is a toy that cancels a context after a number of commits.
type cancelling struct {
	*toy.Store
	left   int
	cancel func()
}

func (c *cancelling) Apply(writes []history.Write, d history.Durability) error {
	if c.left--; c.left == 0 {
		c.cancel()
	}
	return c.Store.Apply(writes, d)
}

func TestACutOffRunIsTheBeginningOfARun(t *testing.T) {
	t.Parallel()
	p, err := plan.Resolve(plan.Spec{Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 1, Size: workloads.Size{Clients: 1, Ops: 60}})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	target := toy.Target(toy.Correct)
	target.Open = func(env contract.Env) (workloads.Store, error) {
		s, err := toy.Open(env, toy.Correct)
		return &cancelling{s, 7, cancel}, err
	}
	whole, r := Run(t.Context(), toy.Target(toy.Correct), p, DefaultPatience), Run(ctx, target, p, DefaultPatience)
	assert.False(t, whole.CutOff)
	assert.True(t, r.CutOff)
	assert.Empty(t, r.Problems)
	assert.Equal(t, whole.History[:len(r.History)], r.History)
	last := r.History[len(r.History)-1]
	assert.Equal(t, history.Acked, last.Outcome, "the operation that had begun comes to its end")
	assert.NotEmpty(t, last.Writes)
}

// A fault that hits while the store is loaded poisons it before a client has done anything, so most faults hit later.
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
