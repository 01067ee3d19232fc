package torture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

func TestResourcesLeftBehindAreAFindingThatReplays(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	for bug, class := range map[toy.Bug]string{
		toy.KeepsReaders: "remains: open files", toy.KeepsScratch: "remains: space", toy.KeepsWaiters: "remains: goroutines",
		toy.KeepsGoroutine: "remains: goroutines", toy.FailedOpenKeepsGoroutine: "remains: goroutines",
	} {
		target := toy.Target(bug)
		target.CheckFiles = nil // otherwise it would report the files that KeepsScratch leaves at a crash
		o := toyOptions("power")
		o.Workloads, o.Rounds, o.CrashPoints = []string{"kv"}, 4, 2
		r, err := Check(t.Context(), target, o)
		require.NoError(t, err)
		require.Equal(t, checker.Fail, r.Verdict, class)
		f := r.Findings[0]
		assert.Equal(t, []string{"live", class}, []string{f.Judge, f.Class})
		if bug == toy.KeepsScratch {
			require.NotNil(t, f.Explanation)
			assert.Regexp(t, `^when the store had the most files, \d+ of \d+ had been made by calls like the create of db/scratch-\d+ \(.toy/keeps.go:\d+.\)$`, f.Explanation.Sentence)
		}
		again, err := Replay(t.Context(), []Target{target}, f.Token, ReplayOptions{})
		require.NoError(t, err)
		assert.True(t, again.Reproduced)
		fixed, err := Replay(t.Context(), []Target{toy.Target(toy.Correct)}, f.Token, ReplayOptions{})
		require.NoError(t, err)
		assert.False(t, fixed.Reproduced)
	}
}
