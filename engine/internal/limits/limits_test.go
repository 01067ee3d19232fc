package limits_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/limits"
)

func TestEveryLimitIsSetByItsName(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range limits.All() {
		require.False(t, seen[k.Name], "two limits are called %s", k.Name)
		seen[k.Name] = true
		require.GreaterOrEqual(t, k.Default, k.Min, k.Name)
		require.LessOrEqual(t, k.Default, k.Max, k.Name)

		var l limits.Limits
		require.NoError(t, l.Set(k.Name, k.Min))
		require.NoError(t, l.Validate())
		l.EnsureDefaults()
		other := limits.Default()
		require.NoError(t, other.Set(k.Name, k.Min))
		require.Equal(t, other, l, "%s sets one field, and the others get their defaults", k.Name)
	}
	require.Len(t, seen, 23)
}

func TestTheZeroValueIsProduction(t *testing.T) {
	var l limits.Limits
	require.NoError(t, l.Validate())
	l.EnsureDefaults()
	require.Equal(t, limits.Default(), l)
}

func TestInvalidValuesOfLimitsAreRefused(t *testing.T) {
	for _, k := range limits.All() {
		for _, n := range []int64{k.Min - 1, k.Max + 1} {
			var l limits.Limits
			require.ErrorContains(t, l.Set(k.Name, n), "the limit "+k.Name+" is ")
			if n != 0 { // zero stands for the default
				require.ErrorContains(t, l.Validate(), "the limit "+k.Name+" is ")
			}
		}
	}
	var l limits.Limits
	require.ErrorContains(t, l.Set("pending-commits", 3), "want a power of two")
	require.ErrorContains(t, l.Set("nothing", 1), "choose one of manifest-roll, manifest-growth")
}
