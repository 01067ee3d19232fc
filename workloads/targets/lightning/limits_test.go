package lightning

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
)

func TestEveryDrawOfLimitsOpens(t *testing.T) {
	target := Target()
	set := map[string]bool{}
	for seed := range uint64(2000) {
		o := Options(nil, true)
		limits := target.DrawLimits(seed)
		require.NoError(t, apply(&o, limits), "%v", limits)
		require.NoError(t, o.Validate(), "%v", limits)
		for name := range limits {
			set[name] = true
		}
	}
	for i, l := range target.Limits {
		require.True(t, set[l.Name], l.Name)
		require.NotZero(t, l.Max, l.Name)
		require.GreaterOrEqual(t, l.Usual, l.Min, l.Name)
		require.LessOrEqual(t, l.Usual, l.Max, l.Name)
		for _, other := range target.Limits[:i] {
			require.False(t, evidence.SameHash(l.Name, other.Name), "tokens cannot distinguish %s from %s", l.Name, other.Name)
		}
	}
	o := Options(nil, true)
	require.ErrorContains(t, apply(&o, map[string]int64{"manifest-rol": 1}), "no limit is called")
}
