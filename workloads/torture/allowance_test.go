package torture

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestShrinkingLeavesTimeToExplain(t *testing.T) {
	t.Parallel()
	a := allowance{limited: true, left: maxReading}
	a.spendPart(t.Context(), 2, func(ctx context.Context) {
		end, limited := ctx.Deadline()
		require.True(t, limited)
		require.LessOrEqual(t, time.Until(end), maxReading/2)
	})
}
