package record

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSpreadHasOneTickOfEachPartAndTheLast(t *testing.T) {
	t.Parallel()
	var ticks []uint64
	for i := range uint64(1000) {
		ticks = append(ticks, i)
	}
	for seed := range uint64(20) {
		for limit := 1; limit <= 64; limit++ {
			some := Spread(ticks, limit, seed)
			require.Len(t, some, limit)
			require.Equal(t, uint64(999), some[limit-1])
			for i, tick := range some {
				require.Equal(t, i, slices.IndexFunc(some, func(t uint64) bool { return t == tick }))
				require.GreaterOrEqual(t, int(tick), i*1000/limit)
				require.Less(t, int(tick), (i+1)*1000/limit)
			}
		}
	}
	require.Equal(t, ticks, Spread(ticks, 0, 1))
	require.Equal(t, ticks, Spread(ticks, 1000, 1))
	require.Empty(t, Spread(nil, 3, 1))
}
