package explore

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPassesSeeEveryTickOnce(t *testing.T) {
	t.Parallel()
	for n := range 20 {
		var ticks []uint64
		for i := range n {
			ticks = append(ticks, uint64(3*i+1))
		}
		all := passes(ticks)
		for _, pass := range all {
			require.True(t, slices.IsSorted(pass))
		}
		if n > 0 {
			require.Contains(t, all[0], ticks[n-1], "the end is in the first")
		}
		seen := slices.Concat(all...)
		slices.Sort(seen)
		require.Equal(t, ticks, seen)
	}
}
