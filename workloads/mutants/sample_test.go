package mutants

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSamplesTakeTurns is inside the package because only a Campaign uses samples.
func TestSamplesTakeTurns(t *testing.T) {
	for _, n := range []int{1, 2, 3, 8, 42, 70} {
		all := make([]Mutant, n)
		for i := range all {
			all[i].Name = fmt.Sprint(i)
		}
		for size := 1; size < n; size++ {
			seen := map[string]bool{}
			for turn := 1000; turn < 1000+(n+size-1)/size; turn++ {
				chosen := Sample{Size: size, Turn: turn}.of(all)
				require.Len(t, chosen, size)
				require.Equal(t, chosen, Sample{Size: size, Turn: turn}.of(all), "the same turn selects the same mutants")
				for _, m := range chosen {
					seen[m.Name] = true
				}
			}
			require.Len(t, seen, n, "%d of %d mutants a turn: one round sees all", size, n)
		}
		require.Equal(t, all, Sample{Turn: 3}.of(all))
		require.Equal(t, all, Sample{Size: n, Turn: 3}.of(all))
	}
}

func TestASampleHasNoRelatedMutants(t *testing.T) {
	all := make([]Mutant, 70)
	for i := range all {
		all[i].Name = fmt.Sprint(i)
	}
	chosen := Sample{Size: 4, Turn: 9}.of(all)
	for i := range chosen[1:] {
		var a, b int
		_, err := fmt.Sscan(chosen[i].Name+" "+chosen[i+1].Name, &a, &b)
		require.NoError(t, err)
		require.Greater(t, max(a-b, b-a), 10)
	}
}
