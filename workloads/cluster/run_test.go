package cluster_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/cluster"
)

func TestAGroupKeepsItsPromises(t *testing.T) {
	sum := cluster.Figures{}
	for _, seed := range []uint64{1, 3, 4, 5, 8, 19} { // which have everything between them
		out, err := cluster.Run(t.Context(), cluster.Spec{Seed: seed, Steps: 2500, Words: 100})
		require.NoError(t, err)
		require.Empty(t, out.Violations, "seed %d", seed)
		for _, r := range cluster.Judge(t.Context(), out.History) {
			require.Equal(t, checker.Pass, r.Verdict, "seed %d: %+v", seed, r)
		}
		sum.Add(&out.Figures)
	}
	// A run in which nothing happened would pass as well.
	assert.Greater(t, sum.Acked, 1000)
	for what, n := range map[string]int{
		"leaders": sum.Leaders - 6, "snapshots": sum.Snapshots, "replaced nodes": sum.Replaced, "power cuts": sum.PowerCuts,
		"rotten disks": sum.Rotten, "paused nodes": sum.Halts, "snapshots cut short": sum.Interrupted, "mistakes": sum.Mistakes,
		"changes of the members": sum.Changes, "requests to removed nodes": sum.Lingered, "requests to deposed leaders": sum.Deposed,
		"disasters": sum.Disasters, "partitions": sum.Partitions, "failed disks": sum.Stops, "lost messages": sum.Lost,
		"words": sum.Words, "images": sum.WordImages - 1000, "exhaustive crash points": sum.WordPointsExhaustive,
	} {
		assert.Positive(t, n, what)
	}
}

func TestASeedIsOneRun(t *testing.T) {
	run := func(seed uint64) *cluster.Outcome {
		out, err := cluster.Run(t.Context(), cluster.Spec{Seed: seed, Steps: 800, Nodes: 5, Profile: faultfs.LoseAll(), Words: 20})
		require.NoError(t, err)
		return out
	}
	first := run(9)
	assert.Equal(t, first, run(9))
	assert.NotEqual(t, first, run(10))
}

// In this run a node reads a whole table wrongly, and the wrong block is read from memory when the run is over.
func TestANodeWhoseDiskHasFailedMayFailLater(t *testing.T) {
	out, err := cluster.Run(t.Context(), cluster.Spec{Seed: 52763, Steps: 5000})
	require.NoError(t, err)
	require.Empty(t, out.Violations)
}

func TestALongHistoryIsJudged(t *testing.T) {
	if os.Getenv("LIGHTNING_NIGHTLY") == "" {
		t.Skip("set LIGHTNING_NIGHTLY=1: a history of 100,000 operations takes a minute of CPU time")
	}
	out, err := cluster.Run(t.Context(), cluster.Spec{Seed: 5, Steps: 110_000, Clients: 12})
	require.NoError(t, err)
	require.Empty(t, out.Violations)
	require.Greater(t, out.Figures.Acked, 100_000)
	require.Positive(t, out.Figures.PowerCuts)
	for _, r := range cluster.Judge(t.Context(), out.History) {
		require.Equal(t, checker.Pass, r.Verdict, "%+v", r)
	}
}
