package torture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// A split batch needs a single batch to show, so shrinking removes everything else, including the other clients.
func TestAFindingIsShrunk(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	for _, clients := range []int{1, 3} {
		dir := t.TempDir()
		result, err := Check(t.Context(), toy.Target(toy.SplitBatch), Options{
			Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: clients, Ops: 16, Keys: 0, Dir: dir, Seed: 2, StopAfter: 1,
		})
		require.NoError(t, err)
		require.NotEmpty(t, result.Findings)
		f := result.Findings[0]
		require.NotNil(t, f.Shrunk, f.Sentence)
		assert.LessOrEqual(t, f.Shrunk.Operations, 2)
		assert.GreaterOrEqual(t, f.Shrunk.Before, 16*clients)
		assert.NotEqual(t, f.Shrunk.Token, f.Token)
		assert.Equal(t, 1, f.Clients, "one client is enough, and its token replays bit for bit")
		for _, again := range []string{f.Token, f.File} {
			replayed, err := Replay(t.Context(), []Target{toy.Target(toy.SplitBatch)}, again, ReplayOptions{Attempts: 20})
			require.NoError(t, err)
			assert.Equal(t, 20, replayed.Hits, again)
		}
		healthy, err := Replay(t.Context(), []Target{toy.Target(toy.Correct)}, f.Token, ReplayOptions{})
		require.NoError(t, err)
		assert.False(t, healthy.Reproduced)
	}
}

func TestShrinkingMovesAFaultToTheFront(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	result, err := Check(t.Context(), toy.Target(toy.IgnoreWriteError), Options{
		Workloads: []string{"kv"}, Faults: []string{"eio write log nth=20"}, Rounds: 1, Clients: 1, Ops: 40, Keys: 0, Seed: 2, StopAfter: 1,
	})
	require.NoError(t, err)
	require.NotEmpty(t, result.Findings)
	for _, f := range result.Findings {
		require.NotNil(t, f.Shrunk, f.Sentence)
		assert.LessOrEqual(t, f.Shrunk.Operations, 4, f.Sentence)
	}
}
