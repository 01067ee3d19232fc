package torture

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// limited is a toy that forgets to sync its log if its buffer is small, in runs and in recoveries alike.
func limited() Target {
	target := toy.Target(toy.Correct)
	target.Limits = []Limit{
		{Name: "buffer", Text: "bytes of a buffer", Min: 1, Max: 1 << 20, Usual: 1 << 16},
		{Name: "idle", Text: "without effect", Min: 1, Max: 100, Usual: 100},
	}
	target.Unreached = []string{"a log of 8 GiB"}
	correct, buggy := target.Open, toy.Target(toy.NoFileSync).Open
	target.Open = func(env Env) (workloads.Store, error) {
		if n, set := env.Limits["buffer"]; set && n < 100 {
			return buggy(env)
		}
		return correct(env)
	}
	target.Go = contract.GoExpr{Import: "example.com/limited", Expr: "limited.Target()"}
	return target
}

func TestABugBehindALimitIsFoundShrunkAndReplayed(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	dir := t.TempDir()
	o := Options{Workloads: []string{"register"}, Faults: []string{"power"}, Rounds: 12, Seed: 3, Clients: 1, Ops: 8, Keys: 3, StopAfter: 1, Dir: dir}
	r, err := Check(t.Context(), limited(), o)
	require.NoError(t, err)
	require.Equal(t, checker.Fail, r.Verdict)
	require.Equal(t, []string{"a log of 8 GiB"}, r.Unreached)
	f := r.Findings[0]
	require.Len(t, f.Limits, 1, "shrinking drops the limit that the bug does not need")
	require.Less(t, f.Limits["buffer"], int64(100))
	for _, from := range []string{f.Token, f.File} {
		again, err := Replay(t.Context(), []Target{limited()}, from, ReplayOptions{})
		require.NoError(t, err)
		require.True(t, again.Reproduced, from)
		assert.Equal(t, f.Limits, again.Finding.Limits)
		assert.Equal(t, f.Token, again.Finding.Token)
	}
	source, err := os.ReadFile(f.Test)
	require.NoError(t, err)
	require.Regexp(t, `Limits:\s+torture\.Limits\{"buffer": \d+\},`, string(source))

	other := limited()
	other.Limits = other.Limits[1:]
	for _, from := range []string{f.Token, f.File} {
		_, err = Replay(t.Context(), []Target{other}, from, ReplayOptions{})
		require.ErrorIs(t, err, ErrBadToken)
		require.ErrorContains(t, err, "limit")
	}
	require.FileExists(t, filepath.Join(dir, "findings", f.ID+".ltrace"))
}

func TestRunsSetTheLimitsInTheOptions(t *testing.T) {
	t.Parallel()
	o := Options{Workloads: []string{"register"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 5, Keys: 2}
	o.Limits = UsualLimits
	r, err := Check(t.Context(), limited(), o)
	require.NoError(t, err)
	require.Equal(t, checker.Pass, r.Verdict)
	require.Equal(t, []LimitCount{
		{Name: "buffer", Text: "bytes of a buffer", Usual: 1 << 16}, {Name: "idle", Text: "without effect", Usual: 100},
	}, r.Limits)

	o.Limits = "buffer=100"
	r, err = Check(t.Context(), limited(), o)
	require.NoError(t, err)
	require.Equal(t, checker.Pass, r.Verdict)
	require.Equal(t, LimitCount{Name: "buffer", Text: "bytes of a buffer", Usual: 1 << 16, Runs: 1, Lowest: 100, Highest: 100}, r.Limits[0])

	for _, text := range []string{"buffers=1", "buffer=0", "buffer"} {
		o.Limits = text
		_, err = Check(t.Context(), limited(), o)
		require.ErrorIs(t, err, ErrConfig, text)
	}
	_, err = Check(t.Context(), limited(), Options{Scenario: "seed-crash", Limits: "buffer=1"})
	require.ErrorIs(t, err, ErrConfig)
}
