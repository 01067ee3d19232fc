package torture

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestShrinkingLeavesTimeToExplain(t *testing.T) {
	t.Parallel()
	ends := func(parts time.Duration) (end time.Time) {
		a := allowance{limited: true, left: maxReading}
		a.spendPart(t.Context(), parts, func(ctx context.Context) { end, _ = ctx.Deadline() })
		return end
	}
	part, whole := ends(2), ends(1)
	require.False(t, part.IsZero())
	require.True(t, part.Before(whole.Add(-maxReading/4)), "only half of the reading time is left to a part")
}

// On a machine busy with other programs, ten seconds may not be enough for a single explanation. A campaign with one
// finding should explain it.
func TestTheFirstFindingIsExplainedOnABusyMachineToo(t *testing.T) {
	t.Parallel()
	a := newAllowance(time.Second)
	left := a.left
	a.spendFirst(t.Context(), func(ctx context.Context) {
		first, limited := ctx.Deadline()
		require.True(t, limited)
		a.spend(ctx, func(ctx context.Context) {
			other, _ := ctx.Deadline()
			require.True(t, first.After(other), "another finding gets less time")
		})
	})
	require.Greater(t, a.left, left-maxReading, "the other findings keep their time")
}
