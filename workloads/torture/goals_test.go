package torture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

func TestAMissedGoalMakesTheDefaultRunInconclusive(t *testing.T) {
	t.Parallel()
	target := toy.Target(toy.Correct)
	target.Goals = []Goal{{Name: "never", Text: "it cannot happen", Watch: Between("write *.sst", "sync *.sst")}}
	c, err := newCampaign(target, Options{})
	require.NoError(t, err)
	for i := range c.figures.Goals[:len(c.figures.Goals)-1] {
		c.figures.Goals[i].Points = 1
	}
	assert.Equal(t, []string{"goal never was not reached: it cannot happen"}, c.missedGoals())
	c.figures.Goals[len(c.figures.Goals)-1].Points = 1
	assert.Empty(t, c.missedGoals())

	narrowed, err := newCampaign(target, Options{Ops: 3})
	require.NoError(t, err)
	assert.Empty(t, narrowed.missedGoals(), "a run with narrowed options may be unable to reach a goal")
}

func TestGoalsAreCounted(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	result, err := Check(t.Context(), toy.Target(toy.Correct), Options{Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 8, Keys: 200})
	require.NoError(t, err)
	require.Equal(t, "unsynced-write", result.Goals[0].Name)
	assert.Positive(t, result.Goals[0].Points)
	assert.Less(t, result.Goals[0].Points, result.CrashPoints)
}

// writesBeyond watches for a write that makes a file longer than the given number of bytes.
func writesBeyond(size int64) func() func(*faultfs.Op) bool {
	return func() func(*faultfs.Op) bool {
		return func(op *faultfs.Op) bool { return op.Kind == faultfs.OpWrite && op.Off > size }
	}
}
