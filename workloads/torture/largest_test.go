package torture

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// narrow is a store that fails permanently when a documented limit is exceeded.
type narrow struct {
	workloads.Store
	limits workloads.Largest
}

var errNarrow = errors.New("too large")

func (s *narrow) Apply(writes []history.Write, d history.Durability) error {
	total := 0
	for _, w := range writes {
		if len(w.Key) > s.limits.KeyBytes || len(w.Value) > s.limits.ValueBytes {
			return errNarrow
		}
		total += len(w.Key) + len(w.Value)
	}
	if total > s.limits.BatchBytes {
		return errNarrow
	}
	return s.Store.Apply(writes, d)
}

func narrowTarget(bug toy.Bug) Target {
	target := toy.Target(bug)
	limits := workloads.Largest{KeyBytes: 80, ValueBytes: 300, BatchBytes: 20_000}
	open := target.Open
	target.Open = func(env Env) (workloads.Store, error) {
		s, err := open(env)
		if err != nil {
			return nil, err
		}
		return &narrow{Store: s, limits: limits}, nil
	}
	target.Largest = limits
	return target
}

func TestRunsStayWithinTheSizesOfATarget(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	o := Options{
		Workloads: []string{"edges", "kv"}, Faults: []string{"power"}, Rounds: 1, Seed: 5, Clients: 1, Ops: 40, Keys: 50, CrashPoints: 20, Dir: t.TempDir(),
	}
	r, err := Check(t.Context(), narrowTarget(toy.Correct), o)
	require.NoError(t, err)
	require.Equal(t, checker.Pass, r.Verdict, r.Findings)
	require.Equal(t, []string{"keys of more than 80 bytes", "values of more than 300 bytes", "batches of more than 20000 bytes"}, r.Unreached)

	o.StopAfter = 1
	r, err = Check(t.Context(), narrowTarget(toy.NoFileSync), o)
	require.NoError(t, err)
	require.Equal(t, checker.Fail, r.Verdict)
	for _, from := range []string{r.Findings[0].Token, r.Findings[0].File} {
		again, err := Replay(t.Context(), []Target{narrowTarget(toy.NoFileSync)}, from, ReplayOptions{})
		require.NoError(t, err)
		require.True(t, again.Reproduced, from)
	}

	target := narrowTarget(toy.Correct)
	target.Largest.ValueBytes = 10
	_, err = Check(t.Context(), target, o)
	require.ErrorIs(t, err, ErrConfig)
	require.ErrorContains(t, err, "ValueBytes is 10: the workloads need at least 256")
}
