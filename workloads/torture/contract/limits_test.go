package contract_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

var limited = contract.Target{Name: "toy", Limits: []contract.Limit{
	{Name: "roll", Min: 1, Max: 1 << 30, Usual: 1 << 16},
	{Name: "first", Min: 1, Max: 1 << 60, Usual: 1, Draw: contract.DrawStart(1 << 60)},
	{Name: "cache", Min: -1, Max: 100, Usual: 10, Draw: contract.DrawOf(-1, 1000)},
	{Name: "ahead", Min: 0, Max: 100, Usual: 10},
	{Name: "marker", Min: 1, Max: 9, Usual: 1, Draw: contract.DrawStart(9)},
}}

func TestLimitsRoundTripAsText(t *testing.T) {
	t.Parallel()
	l := contract.Limits{"roll": 200, "cache": -1}
	require.Equal(t, "cache -1, roll 200", l.String())
	for _, text := range []string{"cache -1, roll 200", "roll=200,cache=-1", " roll = 200 , cache -1"} {
		got, err := contract.ParseLimits(text)
		require.NoError(t, err)
		require.Equal(t, l, got)
	}
	for _, text := range []string{"", "roll", "roll=x", "roll=1=2", "roll 1 2", "roll=1,"} {
		_, err := contract.ParseLimits(text)
		require.ErrorContains(t, err, "limits ", text)
	}
}

func TestCheckLimitsNamesTheOffender(t *testing.T) {
	t.Parallel()
	require.NoError(t, limited.CheckLimits(nil))
	require.NoError(t, limited.CheckLimits(contract.Limits{"roll": 1}))
	require.EqualError(t, limited.CheckLimits(contract.Limits{"rol": 1}), `engine "toy" has no limit "rol"; its limits are: roll, first, cache, ahead, marker`)
	require.EqualError(t, limited.CheckLimits(contract.Limits{"roll": 0}), "the limit roll is 0; give a number from 1 to 1073741824")
}

func TestDrawsAreLegalAndPreferSmallValues(t *testing.T) {
	t.Parallel()
	usual, set, small, ahead := 0, map[string]int{}, 0, map[int64]int{}
	for seed := range uint64(3000) {
		l := limited.DrawLimits(seed)
		require.NoError(t, limited.CheckLimits(l))
		require.Equal(t, l, limited.DrawLimits(seed), "the seed decides")
		if l == nil {
			usual++
		}
		for name := range l {
			set[name]++
		}
		if n, ok := l["roll"]; ok && n < 256 {
			small++
		}
		if n, ok := l["ahead"]; ok {
			ahead[n]++
		}
	}
	none := math.Pow(7./8, 5) + math.Pow(2./3, 5) + math.Pow(1./3, 5)
	assert.InDelta(t, 3000/5+3000*4/5*none/3, usual, 200, "one draw in five sets nothing on purpose, and some of the others by chance")
	for _, l := range limited.Limits {
		assert.InDelta(t, 3000*4/5*3/8, set[l.Name], 150, l.Name)
	}
	assert.Greater(t, small, set["roll"]/2)
	assert.Len(t, ahead, 10, "from 0 on")
	assert.Greater(t, ahead[0], ahead[9])
}
