package cluster_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/cluster"
)

// The seeds have all kinds of events between them.
func TestTheEventsOfARunRepeatIt(t *testing.T) {
	happened := map[cluster.Kind]bool{}
	for _, seed := range []uint64{1, 4, 8, 19} {
		spec := cluster.Spec{Seed: seed, Steps: 2000, Words: 8 * int(seed%2)}
		run, err := cluster.Run(t.Context(), spec)
		require.NoError(t, err)
		for _, e := range run.Events {
			happened[e.Kind] = true
		}
		lines := 0
		spec.Watch = &cluster.Watcher{
			Show:  func(cluster.Happening) { lines++ },
			Sites: func([]faultfs.Op) func(*faultfs.Op) string { return func(op *faultfs.Op) string { return op.Path } },
		}
		spec.Events = slices.Clone(run.Events)
		slices.Reverse(spec.Events) // their order does not matter, nor does it matter that somebody watches
		again, err := cluster.Run(t.Context(), spec)
		require.NoError(t, err)
		require.Equal(t, run, again, "seed %d", seed)
		require.Greater(t, lines, 100)
	}
	for k := cluster.Kind(1); k.Known(); k++ {
		if k != cluster.Kill { // which takes the place of a power cut when a finding shrinks
			assert.True(t, happened[k], k)
		}
	}
}

func TestAnEventMeansTheSameWithoutOthers(t *testing.T) {
	spec := cluster.Spec{Seed: 5, Steps: 800}
	run, err := cluster.Run(t.Context(), spec)
	require.NoError(t, err)
	cut := slices.IndexFunc(run.Events, func(e cluster.Event) bool { return e.Kind == cluster.PowerCut })
	require.GreaterOrEqual(t, cut, 0)
	starts := func(events []cluster.Event) (at int) {
		spec := spec
		spec.Events = events
		spec.Watch = &cluster.Watcher{
			Show: func(h cluster.Happening) {
				if h.Event == nil && h.Step > run.Events[cut].Step && at == 0 && h.Text == "node "+string(rune('0'+run.Events[cut].Node))+" starts" {
					at = h.Step
				}
			},
			Sites: func([]faultfs.Op) func(*faultfs.Op) string { return func(*faultfs.Op) string { return "" } },
		}
		out, err := cluster.Run(t.Context(), spec)
		require.NoError(t, err)
		require.Empty(t, out.Violations)
		return at
	}
	alone := starts(run.Events[cut : cut+1])
	require.Positive(t, alone)
	assert.Equal(t, alone, starts(run.Events))
	killed := run.Events[cut]
	killed.Kind = cluster.Kill
	assert.Equal(t, alone, starts([]cluster.Event{killed}), "a kill takes as long as the power cut that it replaces")
}

func TestNothingHappensInStepsThatAreLeftOut(t *testing.T) {
	spec := cluster.Spec{Seed: 5, Steps: 800, Skip: []cluster.Range{{From: 1, To: 600}}}
	first := 0
	spec.Watch = &cluster.Watcher{
		Show: func(h cluster.Happening) {
			if first == 0 {
				first = h.Step
			}
		},
		Sites: func([]faultfs.Op) func(*faultfs.Op) string { return func(*faultfs.Op) string { return "" } },
	}
	out, err := cluster.Run(t.Context(), spec)
	require.NoError(t, err)
	require.Empty(t, out.Violations)
	assert.GreaterOrEqual(t, first, 600)
}
