package minimal_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lightningdb/lightning-torture/workloads/torture/shrink/minimal"
)

func TestAPartKeepsOnlyWhatIsNeeded(t *testing.T) {
	t.Parallel()
	all := make([]int, 100)
	for i := range all {
		all[i] = i
	}
	for _, needed := range [][]int{nil, {0}, {99}, {3, 50}, {0, 1, 2, 97, 98, 99}} {
		tries := 0
		got := minimal.Part(all, func(some []int) bool {
			tries++
			return !slices.ContainsFunc(needed, func(n int) bool { return !slices.Contains(some, n) })
		})
		assert.ElementsMatch(t, needed, got)
		assert.Less(t, tries, 120)
	}
}
