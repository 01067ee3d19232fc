package explore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlySteadyGrowthOfCallsCounts(t *testing.T) {
	for _, c := range []struct {
		name              string
		calls             func(life int) int
		suspicious, grows bool
	}{
		{"always as many", func(int) int { return 60 }, false, false},
		{"three more in each life", func(life int) int { return 10 + 3*life }, true, true},
		{"more in each life by two", func(life int) int { return 2 * life }, true, true},
		{"a rewrite in each life from the 40th on", func(life int) int { return 5 + 60*min(life/40, 1) }, true, false},
		{"a rewrite in each life from the 60th on", func(life int) int { return 5 + 60*min(life/60, 1) }, true, false},
		{"growth that ends", func(life int) int { return 2 * min(life, 90) }, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var all calls
			for life := range 2 * endureCycles {
				all[2*life/endureCycles] += c.calls(life)
			}
			require.Equal(t, c.suspicious, all.suspicious(), all)
			require.Equal(t, c.grows, all.goOnGrowing(), all)
		})
	}
}
