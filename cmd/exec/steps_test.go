package exec

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program"
)

// foundWith returns a result with findings of the given IDs, in a run of a number of steps.
func foundWith(steps int, ids ...string) *found {
	r := &found{Result: &program.Result{Ops: steps}}
	for _, id := range ids {
		r.Findings = append(r.Findings, program.Finding{ID: id, Count: steps})
	}
	return r
}

func TestTheShortestRunWithAllFindingsIsReported(t *testing.T) {
	t.Parallel()
	f := &flags{steps: 40}
	result := f.fewest(t.Context(), foundWith(40, "a", "b"), 0, func(_ context.Context, steps int, all bool) (*found, error) {
		require.True(t, all, "a search that ends early has only one finding")
		switch {
		case steps < 3:
			return nil, errors.New("the program cannot run with fewer steps")
		case steps < 11:
			return foundWith(steps, "a"), nil
		}
		return foundWith(steps, "b", "a"), nil
	})
	require.Equal(t, 40, result.Ops, "the figures are those of the first search")
	require.Len(t, result.Findings, 2)
	for _, finding := range result.Findings {
		require.Equal(t, 11, finding.Count)
		require.Equal(t, 11, finding.Steps.Fewest)
		require.Equal(t, 40, finding.Steps.Given)
		require.True(t, finding.Steps.Least)
	}
}

func TestARunThatNeedsAllStepsIsReportedItself(t *testing.T) {
	t.Parallel()
	f := &flags{steps: 7}
	result := f.fewest(t.Context(), foundWith(7, "a"), 0, func(_ context.Context, steps int, all bool) (*found, error) {
		require.False(t, all)
		return foundWith(steps), nil
	})
	require.Equal(t, 7, result.Findings[0].Count)
	require.Equal(t, 7, result.Findings[0].Steps.Fewest)
}

func TestWithoutAFindingNothingIsRepeated(t *testing.T) {
	t.Parallel()
	never := func(context.Context, int, bool) (*found, error) { panic("repeated") }
	require.Empty(t, (&flags{steps: 7}).fewest(t.Context(), foundWith(7), 0, never).Findings)
	require.Nil(t, (&flags{}).fewest(t.Context(), foundWith(7, "a"), 0, never).Findings[0].Steps)
}

func TestAnInterruptedShrinkingSaysSo(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	result := (&flags{steps: 40}).fewest(ctx, foundWith(40, "a"), 0, func(_ context.Context, steps int, _ bool) (*found, error) {
		if steps < 8 {
			return foundWith(steps), nil
		}
		stop()
		return foundWith(steps, "a"), nil
	})
	require.Equal(t, program.Steps{Given: 40, Fewest: 8, Tries: 4}, *result.Findings[0].Steps)
}
