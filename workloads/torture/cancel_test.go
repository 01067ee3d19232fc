package torture

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// countedTarget returns a toy that calls at with the number of each call of Open, from 1.
func countedTarget(bug toy.Bug, at func(n int64)) Target {
	t := toy.Target(bug)
	open, calls := t.Open, &atomic.Int64{}
	t.Open = func(env Env) (workloads.Store, error) {
		at(calls.Add(1))
		return open(env)
	}
	return t
}

// Once its context is done, a campaign opens no more stores, whether it is in a run, a nested crash, an experiment or a
// shrunk run.
func TestNoStoreIsOpenedOnceTheContextIsDone(t *testing.T) {
	sameRaces(t)
	o := Options{Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 8, Keys: 4, Workers: 1, Seed: 3}
	var all int64
	_, err := Check(t.Context(), countedTarget(toy.NoFileSync, func(n int64) { all = n }), o)
	require.NoError(t, err)
	require.Greater(t, all, int64(1000))
	parts := int64(scope(12, 12, 60))
	for part := range parts {
		ctx, cancel := context.WithCancel(t.Context())
		last, latest := 1+all*part/parts, int64(0)
		r, err := Check(ctx, countedTarget(toy.NoFileSync, func(n int64) {
			if latest = n; n == last {
				cancel()
			}
		}), o)
		cancel()
		require.NoError(t, err)
		assert.True(t, r.Interrupted)
		assert.Equal(t, last, latest, "of %d", all)
	}
}

func TestAReplayEndsWithItsContext(t *testing.T) {
	o := Options{Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 8, Keys: 4, StopAfter: 1, NoShrink: true}
	found, err := Check(t.Context(), toy.Target(toy.NoFileSync), o)
	require.NoError(t, err)
	require.NotEmpty(t, found.Findings)
	var all int64
	replay := func(ctx context.Context, at func(n int64)) {
		_, err := Replay(ctx, []Target{countedTarget(toy.NoFileSync, at)}, found.Findings[0].Token, ReplayOptions{Attempts: 3})
		require.NoError(t, err)
	}
	replay(t.Context(), func(n int64) { all = n })
	for part := range int64(6) {
		ctx, cancel := context.WithCancel(t.Context())
		last, latest := 1+all*part/6, int64(0)
		replay(ctx, func(n int64) {
			if latest = n; n == last {
				cancel()
			}
		})
		cancel()
		assert.Equal(t, last, latest, "of %d", all)
	}
}
