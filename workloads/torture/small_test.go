package torture

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/small"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

func TestTheSmallScopeIsProved(t *testing.T) {
	t.Parallel()
	r, err := Check(t.Context(), toy.Target(toy.Correct), Options{Scenario: "small", Ops: 1})
	require.NoError(t, err)
	assert.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
	assert.True(t, r.Scope.Proved(), "%+v", r.Scope)
	assert.EqualValues(t, small.Kinds, r.Scope.Scripts)
	assert.Equal(t, r.CrashPoints, r.DeepPoints)
	assert.Positive(t, r.NestedImages)
}

func TestTheSmallScopeMakesNoStandingChecks(t *testing.T) {
	t.Parallel()
	target := toy.Target(toy.Correct)
	target.Administration.Standing = []StandingCheck{{Run: func() error { return assert.AnError }}}
	c, err := newCampaign(target, Options{Scenario: "small", Ops: 1})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // which checks there are is settled before the first script
	require.NoError(t, c.goThroughScope(ctx, nil))
	assert.Empty(t, c.target.Administration.Standing)
	assert.Len(t, target.Administration.Standing, 1, "the target is the caller's")
}

// Where the scope is started does not affect which crash points a script shares with a shorter one.
func TestTheSmallScopeContinuesWhereItStopped(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	run := func(first uint64) *Result {
		r, err := Check(t.Context(), toy.Target(toy.Correct), Options{Scenario: "small", Ops: 1, Seed: first})
		require.NoError(t, err)
		return r
	}
	whole, half := run(1), run(9)
	assert.False(t, half.Scope.Proved())
	assert.EqualValues(t, 9, half.Scope.First)
	assert.Equal(t, whole.Scope.Next, half.Scope.Next)
	assert.Less(t, half.CrashPoints, whole.CrashPoints)
}

func TestTheSmallScopeTriesCrashesWithoutCrashesOfRecoveriesFirst(t *testing.T) {
	t.Parallel()
	r, err := Check(t.Context(), toy.Target(toy.NoFileSync), Options{Scenario: "small", Ops: 2, StopAfter: 1, NoShrink: true})
	require.NoError(t, err)
	require.NotEmpty(t, r.Findings)
	assert.EqualValues(t, 1, r.Scope.Next, "no script was explored in full")
	assert.Zero(t, r.NestedImages)
	assert.Positive(t, r.Images)
}

func TestTheSmallScopeFindsBugsThatNeedFewSteps(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	for name, bug := range map[string]toy.Bug{
		"no sync of the file": toy.NoFileSync, "no sync of its name": toy.NoDirSync, "no checksum": toy.NoChecksum, "no truncation": toy.NoTruncate,
		"a batch is logged as two records": toy.SplitBatch, "recovery panics": toy.Panics, "a file is left": toy.Leftover,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := Check(t.Context(), toy.Target(bug), Options{Scenario: "small", Ops: 2, StopAfter: 1})
			require.NoError(t, err)
			require.NotEmpty(t, r.Findings)
			again, err := Replay(t.Context(), []Target{toy.Target(bug)}, r.Findings[0].Token, ReplayOptions{})
			require.NoError(t, err)
			assert.True(t, again.Reproduced)
		})
	}
}
