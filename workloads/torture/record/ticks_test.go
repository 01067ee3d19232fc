package record

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

func TestSpreadTakesOneTickOfEachPartAndTheLast(t *testing.T) {
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

// What the lab does before the store is opened does not count as closing, however little the run did.
func TestAShortRunHasNoMoreClosingTicksThanCrashTicks(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	prepare(fs)
	r := &Recording{Trace: fs.Trace()}
	require.Empty(t, r.CrashTicks())
	require.Zero(t, r.ClosingTicks())
	require.NoError(t, fs.Mkdir("db/x", 0o777))
	r.Trace = fs.Trace()
	require.Len(t, r.CrashTicks(), 1)
	require.Equal(t, 1, r.ClosingTicks())
}
