package torture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

func TestWhatOnlyFurtherCrashesShow(t *testing.T) {
	sameRaces(t)
	for _, c := range []struct {
		name         string
		bug          toy.Bug
		judge, class string
	}{
		{"a recovery leaves a file each time", toy.Leaks, "growth", "leaks files"},
		{"a recovery loses more if the one before was interrupted", toy.Forgetful, "recovery", "recovery does not repeat"},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := toy.Target(c.bug)
			target.CheckFiles = nil // the leak is to be seen by its growth alone
			o := toyOptions("power")
			o.Workloads = []string{"kv"}
			r, err := Check(t.Context(), target, o)
			require.NoError(t, err)
			require.Equal(t, checker.Fail, r.Verdict)
			require.Len(t, r.Findings, 1, "%+v", r.Findings)
			f := r.Findings[0]
			assert.Equal(t, []string{c.judge, c.class}, []string{f.Judge, f.Class})
			again, err := Replay(t.Context(), []Target{target}, f.Token, ReplayOptions{Attempts: 2})
			require.NoError(t, err)
			assert.Equal(t, 2, again.Hits)
			fixed, err := Replay(t.Context(), []Target{toy.Target(toy.Correct)}, f.Token, ReplayOptions{})
			require.NoError(t, err)
			assert.False(t, fixed.Reproduced)
		})
	}
}

// An engine that does not promise to repeat a recovery may lose then what it never promised to keep.
func TestOnlyAPromisedRepetitionIsDemanded(t *testing.T) {
	sameRaces(t)
	target := toy.Target(toy.Forgetful)
	target.Promises.RecoveryRepeats = false
	o := toyOptions("power")
	o.Workloads = []string{"kv"}
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	assert.Equal(t, checker.Pass, r.Verdict, "%+v", r.Findings)
}

func TestSmallRunsAreCrashedToDepthTwoWithoutGaps(t *testing.T) {
	o := toyOptions("power")
	o.Ops, o.Keys = 3, 2
	r := check(t, toy.Correct, o)
	require.Equal(t, checker.Pass, r.Verdict)
	assert.Equal(t, r.CrashPoints, r.DeepPoints)
	assert.Equal(t, 100*o.Rounds, r.RecoveryCycles)
}
