package program_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program"
)

func TestFewestSteps(t *testing.T) {
	t.Parallel()
	for most := 1; most <= 40; most++ {
		for needed := 1; needed <= most; needed++ {
			tries := 0
			got := program.FewestSteps(most, func(n int) bool {
				require.Less(t, n, most, "the run of all steps was tried before")
				require.Positive(t, n)
				tries++
				return n >= needed
			})
			require.Equal(t, needed, got)
			require.LessOrEqual(t, tries, 11, "of %d steps %d are needed", most, needed)
		}
	}
}
