package evidence

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

func TestKeptPartsAreInTheToken(t *testing.T) {
	t.Parallel()
	s := plan.Spec{
		Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 7, Size: workloads.Size{Clients: 3, Ops: 20, Keys: 500, ValueBytes: 100},
		Keep: &plan.Keep{Load: []int{0, 3}, Batch: 4, Steps: []int{2, 17, 300}, Alone: true, Rules: []string{"eio write nth=3"}},
	}
	target, got, at, err := DecodeToken(Token("toy", s, Place{Tick: 9}), []contract.Target{toy.Target(toy.Correct)})
	require.NoError(t, err)
	assert.Equal(t, "toy", target.Name)
	assert.Equal(t, s, got)
	assert.Equal(t, Place{Tick: 9}, at)
}

func TestTokensCarryTheModel(t *testing.T) {
	for _, want := range []plan.Spec{
		{Workload: "register", Fault: "power", Profile: "posix-min", Seed: 1},
		{Workload: "register", Fault: "power", Profile: "xfs", Seed: 1<<64 - 1},
		{Workload: "register", Fault: "eio write", Profile: "btrfs", Device: "sector=4096 ignore-flush=9", Seed: 3},
	} {
		_, got, at, err := DecodeToken(Token("toy", want, Place{Tick: 5, Nested: 6}), []contract.Target{toy.Target(toy.Correct)})
		require.NoError(t, err)
		assert.Equal(t, want, got)
		assert.Equal(t, Place{Tick: 5, Nested: 6}, at)
	}
}
