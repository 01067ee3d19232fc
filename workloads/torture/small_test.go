package torture

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
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

func TestTheSmallScopeSetsTheLimitsInTheOptions(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	o := Options{Scenario: "small", Ops: 1, StopAfter: 1, NoShrink: true}
	r, err := Check(t.Context(), limited(), o)
	require.NoError(t, err)
	assert.Empty(t, r.Findings)
	o.Limits = "buffer=99"
	r, err = Check(t.Context(), limited(), o)
	require.NoError(t, err)
	require.NotEmpty(t, r.Findings)
	assert.EqualValues(t, 99, r.Findings[0].Limits["buffer"])
	again, err := Replay(t.Context(), []Target{limited()}, r.Findings[0].Token, ReplayOptions{})
	require.NoError(t, err)
	assert.True(t, again.Reproduced)
}

// What the last step promises may be broken by a disk that the script without that step has left, too: a close need not
// change the disk in order to promise that everything survives.
func TestTheSmallScopeCutsThePowerAtTheEndOfTheLastStepToo(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	c, err := newCampaign(toy.Target(toy.Correct), Options{Scenario: "small", Ops: 2})
	require.NoError(t, err)
	run := &scopeRun{script: small.Scripts(1) + 1*small.Kinds + 15 + 1} // an unsynced put, and reopening the store
	run.r, err = c.recordSmall(t.Context(), run.script)
	require.NoError(t, err)
	put, reopening := run.r.History[0], run.r.History[1]
	require.Equal(t, []history.Kind{history.Put, history.Close}, []history.Kind{put.Kind, reopening.Kind})
	ticks, err := c.newTicks(t.Context(), run)
	require.NoError(t, err)
	require.Len(t, ticks, 1)
	before := slices.DeleteFunc(ticks[0], func(tick uint64) bool { return tick > uint64(reopening.Call) })
	assert.Len(t, before, 1, "the last tick of the script without the last step")
}
