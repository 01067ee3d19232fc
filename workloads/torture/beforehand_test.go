package torture

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/shards"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// Recovery may read the disk in several goroutines, and so in a different order each time.
func TestAStoreThatRecoversInSeveralGoroutinesPasses(t *testing.T) {
	for _, procs := range []int{4, 1} {
		if procs == 1 {
			sameRaces(t)
		}
		before := runtime.GOMAXPROCS(procs)
		o := toyOptions("power", "eio")
		o.Rounds, o.Ops = 1, 6
		r, err := Check(t.Context(), shards.Target(shards.Correct), o)
		runtime.GOMAXPROCS(before)
		require.NoError(t, err)
		assert.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
		assert.Zero(t, r.Divergences)
		assert.Greater(t, r.DecidedPoints, r.CrashPoints/2)
		assert.Greater(t, r.ExhaustivePoints, r.CrashPoints/2)
		assert.LessOrEqual(t, r.ExhaustivePoints, r.DecidedPoints, "points explored before the lab noticed do not count as exhaustive")
		assert.Positive(t, r.AlikeImages)
		assert.Positive(t, r.NestedImages)
		assert.Positive(t, r.FaultyRecoveries)
		assert.Equal(t, r.AckedSynced, r.Recovered)
	}
}

func TestImagesAreChosenBeforehandOnlyIfNeeded(t *testing.T) {
	o := toyOptions("power")
	o.Rounds = 1
	r := check(t, toy.Correct, o)
	assert.Equal(t, checker.Pass, r.Verdict)
	assert.Zero(t, r.DecidedPoints)
	assert.Zero(t, r.AlikeImages)
}

func TestEveryBugOfAStoreThatRecoversInSeveralGoroutinesIsFound(t *testing.T) {
	sameRaces(t)
	for _, c := range []struct {
		bug    shards.Bug
		rounds int // rounds that suffice to show the bug
		judge  string
		class  string
		why    string // pattern of the explanation
	}{
		{shards.NoLogSync, 1, "durability", "lost", "was acknowledged before the write of db/log-.* was durable"},
		{shards.NoDirSync, 1, "durability", "lost", "before the create of db/log-.* was durable"},
		{shards.NoChecksum, 1, "durability", "invented", "a part of the write of db/log-"},
		{shards.SnapshotUnsynced, 1, "recovery", "does not recover", "the rename of db/next -> db/snapshot became durable before the write of db/next"},
		{shards.RemovesEarly, 2, "recovery", "lost", "rename of db/next"},
		{shards.SkipsGaps, 2, "", "hole", "became durable before .*the write of db/log-"},
		{shards.ErrorEndsLog, 2, "faulty recovery", "lost", ""},
		{shards.Racing, 1, "recovery", "recovery is not deterministic", ""},
	} {
		t.Run(c.bug.String(), func(t *testing.T) {
			o := toyOptions("power")
			o.Workloads, o.Ops, o.Rounds, o.Dir, o.NoShrink = []string{"kv"}, 20, c.rounds, t.TempDir(), c.bug != shards.SnapshotUnsynced
			r, err := Check(t.Context(), shards.Target(c.bug), o)
			require.NoError(t, err)
			require.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
			var found *Finding
			for i := range r.Findings {
				f := &r.Findings[i]
				t.Log(f.Judge, f.Class, f.Shown, f.ShownOf, f.Sentence)
				if (f.Judge == c.judge || c.judge == "") && f.Class == c.class && (found == nil || found.Explanation == nil) {
					found = f
				}
			}
			require.NotNil(t, found)
			assert.True(t, found.Steady() || c.bug == shards.Racing, "shown in %d of %d", found.Shown, found.ShownOf)
			if c.why != "" && assert.NotNil(t, found.Explanation) {
				assert.Regexp(t, c.why, found.Explanation.Sentence)
			}
			for _, way := range []string{found.Token, found.File} {
				again, err := Replay(t.Context(), []Target{shards.Target(c.bug)}, way, ReplayOptions{Attempts: 2})
				require.NoError(t, err)
				assert.Equal(t, 2, again.Hits, way)
			}
			fixed, err := Replay(t.Context(), []Target{shards.Target(shards.Correct)}, found.Token, ReplayOptions{})
			require.NoError(t, err)
			assert.False(t, fixed.Reproduced)
		})
	}
}
