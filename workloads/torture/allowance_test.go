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
