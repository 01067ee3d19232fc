package record

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// noting is a toy that reports each of its commits.
type noting struct {
	*toy.Store
	env contract.Env
}

func (n *noting) Apply(writes []history.Write, d history.Durability) error {
	n.env.Note("committed")
	return n.Store.Apply(writes, d)
}

func TestEventsOfTheTargetAreKeptWithTheirTicks(t *testing.T) {
	t.Parallel()
	target := toy.Target(toy.Correct)
	target.Open = func(env contract.Env) (workloads.Store, error) {
		s, err := toy.Open(env, toy.Correct)
		return &noting{s, env}, err
	}
	p, err := plan.Resolve(plan.Spec{Workload: "lifecycle", Fault: "power", Profile: "posix-min", Seed: 3, Size: workloads.Size{Clients: 1, Ops: 90}})
	require.NoError(t, err)
	r := Run(t.Context(), target, p, DefaultPatience)
	require.True(t, r.Closed, "%v", r.Problems)
	count := map[string]int{}
	for i, n := range r.Notes {
		count[n.Event]++
		assert.Positive(t, n.Tick)
		assert.True(t, i == 0 || r.Notes[i-1].Tick <= n.Tick)
	}
	opened := 0
	for i := range r.History {
		if op := &r.History[i]; op.Kind == history.Open && op.Outcome == history.Acked {
			opened++
		}
	}
	assert.Positive(t, opened)
	assert.Equal(t, opened, count[contract.Reopened])
	assert.Positive(t, count["committed"])
	assert.LessOrEqual(t, count["committed"], notesMax)
	assert.Equal(t, r.Notes, r.Under(p.Model.Profile).Notes)
}
