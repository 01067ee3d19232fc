package evidence

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

func TestTokensCarryTheLimitsOfTheRun(t *testing.T) {
	t.Parallel()
	target := contract.Target{Name: "toy", Limits: []contract.Limit{
		{Name: "roll", Min: 1, Max: 1 << 40}, {Name: "cache", Min: -1, Max: 100},
	}}
	for _, limits := range []contract.Limits{nil, {"roll": 1 << 40}, {"roll": 7, "cache": -1}} {
		for _, keep := range []*plan.Keep{nil, {Alone: true, Batch: 2, Steps: []int{1, 5}, Rules: []string{"eio write"}}} {
			for _, device := range []string{"", "tear=1"} {
				for _, at := range []Place{{}, {Tick: 9, Nested: 10}, {Tick: 9, Shown: 2, ShownOf: 5}, {Tick: 9, Nested: 10, Beforehand: true}} {
					s := plan.Spec{
						Workload: "kv", Fault: "power", Profile: "posix-min", Device: device, Seed: 77, Limits: limits, Keep: keep,
						Size: workloads.Size{Clients: 1, Ops: 2, Keys: 3, ValueBytes: 4},
					}
					_, got, place, err := DecodeToken(Token("toy", s, at), []contract.Target{target})
					require.NoError(t, err)
					require.Equal(t, s, got)
					require.Equal(t, at, place, fmt.Sprint(limits))
				}
			}
		}
	}
}

func TestTokensWithLimitsOfAnotherEngineAreRefused(t *testing.T) {
	t.Parallel()
	s := plan.Spec{Workload: "kv", Fault: "power", Profile: "posix-min", Limits: contract.Limits{"roll": 7}}
	for _, c := range []struct {
		known []contract.Limit
		says  string
	}{
		{nil, "it sets a limit that the engine does not have"},
		{[]contract.Limit{{Name: "roll", Min: 8, Max: 9}}, "the limit roll is 7; give a number from 8 to 9"},
	} {
		_, _, _, err := DecodeToken(Token("toy", s, Place{}), []contract.Target{{Name: "toy", Limits: c.known}})
		require.ErrorIs(t, err, ErrBadToken)
		require.ErrorContains(t, err, c.says)
	}
}
