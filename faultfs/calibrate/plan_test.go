package calibrate

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlans(t *testing.T) {
	t.Parallel()
	text := func(calls, limit int, options ...string) (all []string) {
		for _, p := range plans(calls, limit, options) {
			all = append(all, p.String())
		}
		return all
	}
	ends := []string{
		"at the end commit, everything", "at the end start, commit, everything", "at the end write-back, commit, everything",
	}
	require.Equal(t, ends, text(1, 100, ""), "with one call, there is nothing between the first and the last")
	require.Equal(t, ends, text(9, 3, ""), "the plans at the end come first")
	require.Len(t, text(3, 100, ""), 3+2*4)
	require.Contains(t, text(3, 100, ""), "start, commit after call 2; at the end write-back, commit, everything")
	require.Len(t, text(9, 12, ""), 12)
	require.Contains(t, text(2, 100, "", "slowly"), "at the end commit, everything; mounted with slowly")
	last := text(9, 7, "")[6]
	require.Contains(t, last, "after call 7", "a limit spreads over the whole program")
}
