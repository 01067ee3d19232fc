package explore

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/remains"
)

func TestOnlySteadyGrowthOfAStoreIsALeak(t *testing.T) {
	for _, c := range []struct {
		name              string
		files             func(life int) int
		suspicious, leaks bool
	}{
		{"always as many", func(int) int { return 33 }, false, false},
		{"one more in each life", func(life int) int { return 3 + life }, true, true},
		{"one more in every fourth life", func(life int) int { return 3 + life/4 }, true, true},
		{"one more until the levels are full", func(life int) int { return 33 + min(life, 17) }, true, false},
		{"up and down after that", func(life int) int { return 33 + min(life, 17) + life%3 }, true, false},
		{"as many again, but no more after that", func(life int) int { return 200 + 2*min(life, 100) }, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var files, bytes usages
			for i, life := range []int{0, endureCycles, 2 * endureCycles} {
				files[i] = remains.Usage{Files: c.files(life)}
				bytes[i] = remains.Usage{Bytes: int64(c.files(life)) * 16 << 20}
			}
			require.Equal(t, c.suspicious, files.suspicious(), files)
			require.Equal(t, c.leaks, files.leaksFiles(), files)
			require.False(t, files.leaksBytes(), files)
			if c.leaks {
				require.True(t, bytes.leaksBytes(), bytes)
			}
			require.False(t, bytes.leaksFiles(), bytes)
		})
	}
}
