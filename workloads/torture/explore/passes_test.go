package explore

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// ticksOf returns n ticks that differ from their indexes.
func ticksOf(n int) (ticks []uint64) {
	for i := range n {
		ticks = append(ticks, uint64(3*i+1))
	}
	return ticks
}

func TestPassesSeeEveryTickOnce(t *testing.T) {
	t.Parallel()
	for n := range 300 {
		ticks := ticksOf(n)
		all := passes(ticks, n/5, uint64(n))
		for _, pass := range all {
			require.True(t, slices.IsSorted(pass))
		}
		if n > 0 {
			require.Contains(t, all[0], ticks[n-1], "the last tick is in the first pass")
			require.Subset(t, all[0], ticks[n-n/5:], "all ticks of the closing are in the first pass")
		}
		seen := slices.Concat(all...)
		slices.Sort(seen)
		require.Equal(t, ticks, seen)
	}
}

func TestPassesCutShortHaveSeenAllPartsOfTheRun(t *testing.T) {
	t.Parallel()
	const n = 1000
	ticks := ticksOf(n)
	for seed := range uint64(20) {
		var seen []uint64
		for i, pass := range passes(ticks, 0, seed) {
			seen = append(seen, pass...)
			slices.Sort(seen)
			gap := seen[0] / 3
			for k := range seen[1:] {
				gap = max(gap, (seen[k+1]-seen[k])/3)
			}
			require.LessOrEqual(t, gap, uint64(2*n/(firstPass<<i)+2), "after pass %d", i)
		}
	}
}

// In a run that alternates between writes and syncs, operations are pending only at the writes. Evenly spaced ticks could
// miss all of them.
func TestPassesDoNotAlternateInStepWithTheRun(t *testing.T) {
	t.Parallel()
	for n := 64; n <= 1024; n *= 2 {
		for seed := range uint64(20) {
			all := passes(ticksOf(n), 1, seed)
			even := 0
			for _, tick := range append(all[0], all[1]...) {
				if tick%2 == 0 {
					even++
				}
			}
			require.Positive(t, even, "%d ticks, seed %d", n, seed)
			require.Less(t, even, len(all[0])+len(all[1]), "%d ticks, seed %d", n, seed)
		}
	}
}
