package explain

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// firstFailure explores a run of a toy store and returns its first failure after a crash.
func firstFailure(t *testing.T, s *explore.Subject) *explore.Failure {
	t.Helper()
	req := explore.NewRequest(s)
	req.Lives = 0
	found := explore.Explore(t.Context(), req)
	require.NotEmpty(t, found.Failures)
	return &found.Failures[0]
}

func TestCircumstancesOfAMissingSync(t *testing.T) {
	s := subjectOfSize(t, toy.NoFileSync, 24)
	f := firstFailure(t, s)
	e := Explain(t.Context(), s, f)
	c := Around(t.Context(), s, f, e)
	require.NotNil(t, c)

	require.Equal(t, &Sibling{Site: *e.Missing, Kept: true, Lost: 1, Other: true}, c.Sibling, "with the write that was not durable the image passes")

	first := -1
	for i, m := range c.Moments {
		require.LessOrEqual(t, m.Failing, m.Images)
		if m.Failing > 0 && first < 0 {
			first = i
		}
	}
	require.Positive(t, first, "the first moments of the run do not fail")
	require.LessOrEqual(t, c.Moments[first].Tick, f.Tick)

	require.NotEmpty(t, c.Durable)
	for _, d := range c.Durable {
		require.Zero(t, d.By, "nothing is ever synced: %+v", d)
		require.Less(t, d.Called, d.Acked)
		require.NotEmpty(t, d.Text)
	}
}

func TestCommitsOfACorrectStoreAreDurableWhenAcknowledged(t *testing.T) {
	s := subjectOfSize(t, toy.Correct, 24)
	ticks := s.Recording.CrashTicks()
	c := Around(t.Context(), s, &explore.Failure{Tick: ticks[len(ticks)-1]}, nil)
	require.NotEmpty(t, c.Durable)
	for _, d := range c.Durable {
		require.Equal(t, d.Acked, d.By)
	}
	require.Nil(t, c.Sibling, "an image that passes has no sibling")
	for _, m := range c.Moments {
		require.Zero(t, m.Failing)
	}
}

func TestAroundReturnsNilOnceTheContextIsDone(t *testing.T) {
	s := subjectOfSize(t, toy.NoFileSync, 24)
	f := firstFailure(t, s)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	require.Nil(t, Around(ctx, s, f, nil))
}
