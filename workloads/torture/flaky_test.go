package torture

import (
	"bytes"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// flaky is a toy that sometimes hides part of what it recovered.
type flaky struct {
	*toy.Store
	hides bool
}

func (f *flaky) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	return f.Store.Scan(from, to, func(key, value []byte) bool {
		return f.hides && bytes.HasPrefix(key, []byte("k")) || visit(key, value)
	})
}

// flakyTarget returns a target of which about one recovery in n hides part of its contents, n being each.
func flakyTarget(each uint64) Target {
	t, opened := toy.Target(toy.Correct), &atomic.Uint64{}
	t.Open = func(env Env) (workloads.Store, error) {
		s, err := toy.Open(env, toy.Correct)
		return &flaky{s, env.Inline && s != nil && s.Len() > 0 && plan.Mix(1, opened.Add(1))%each == 0}, err
	}
	return t
}

// Such a failure is neither explained by experiments, which would mislead, nor shrunk, which would not terminate.
func TestAnUnrepeatableFailureSaysHowOftenItShowed(t *testing.T) {
	sameRaces(t)
	target := flakyTarget(7)
	o := Options{Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 8, Keys: 4, Workers: 1}
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	require.Equal(t, checker.Fail, r.Verdict)
	looked := 0
	for _, f := range r.Findings {
		if f.ShownOf < 8 || f.Class == explore.NotDeterministic {
			continue // several recoveries per replay, of which one always fails
		}
		looked++
		assert.Less(t, f.Shown, f.ShownOf, f.Sentence)
		assert.Contains(t, f.Sentence, "of 8 further recoveries of the same image")
		assert.Nil(t, f.Shrunk)
		assert.Nil(t, f.Explanation)
		_, _, at, err := evidence.DecodeToken(f.Token, []Target{target})
		require.NoError(t, err)
		assert.Equal(t, []int{f.Shown, f.ShownOf}, []int{at.Shown, at.ShownOf})
		again, err := Replay(t.Context(), []Target{target}, f.Token, ReplayOptions{Attempts: 2})
		require.NoError(t, err)
		assert.True(t, again.Reproduced)
	}
	assert.Positive(t, looked)
}

// A store that fails now and then also fails in recoveries with a fault. The fault must not be blamed for that.
func TestAnUnrepeatableFailureIsNotBlamedOnAFault(t *testing.T) {
	sameRaces(t)
	for seed := range uint64(3) {
		o := Options{
			Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 12, Keys: 4, Workers: 1, Seed: seed, NoShrink: true,
		}
		r, err := Check(t.Context(), flakyTarget(7), o)
		require.NoError(t, err)
		require.Equal(t, checker.Fail, r.Verdict)
		for _, f := range r.Findings {
			assert.NotEqual(t, explore.FaultyJudge, f.Judge, "seed %d: %s", seed, f.Sentence)
		}
	}
}
