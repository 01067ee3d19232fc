package explore

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/remains"
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
		{"many times as many, but no more after that", func(life int) int { return 20 + 2*min(life, endureCycles) }, true, false},
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
			require.Equal(t, c.leaks, bytes.leaksBytes(), bytes)
			require.False(t, bytes.leaksFiles(), bytes)
		})
	}
}
