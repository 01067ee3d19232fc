package torture

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// With one crash point per run, the search misses the power cut that shows the bug. The look at the worst power cuts finds it.
func TestAFailureAtTheWorstPowerCutsIsAFinding(t *testing.T) {
	target := toy.Target(toy.Correct)
	open := target.Open
	target.Open = func(env Env) (workloads.Store, error) {
		if log, err := env.FS.Stat(env.Dir + "/log"); err == nil && log.Size() > 0 && log.Size() < 600 {
			return nil, errors.New("the log is too short")
		}
		return open(env)
	}
	o := toyOptions("power")
	o.Workloads, o.CrashPoints, o.Rounds, o.NoShrink = []string{"kv"}, 1, 1, true
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	require.Equal(t, checker.Fail, r.Verdict)
	require.Equal(t, 2, r.CrashPoints, "the search found nothing at the first crash point")
	again, err := Replay(t.Context(), []Target{target}, r.Findings[0].Token, ReplayOptions{})
	require.NoError(t, err)
	require.True(t, again.Reproduced)
}
