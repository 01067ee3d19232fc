package engine

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// TestPicksReachAFixpoint flushes tables at random while up to three compactions run at the same time, begin and end in
// any order. Levels stay in order all the time; without further flushes all work ends, and every level is within its
// limit.
func TestPicksReachAFixpoint(t *testing.T) {
	together := 0
	for seed := range uint64(60) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 7))
			o := &Options{LevelBytesBase: 2 + int64(seed%8), LevelSizeRatio: 2 + int(seed%3), L0CompactionFiles: 2}
			o.EnsureDefaults()
			s := &simulated{
				picker: &picker{version: &version{}, opts: o, oldest: key.MaxSeq}, holds: map[*table]map[byte]int{},
			}
			for range 300 {
				s.step(rng)
				together = max(together, len(s.running))
				s.check(t)
			}
			s.drain(t)
		})
	}
	require.Equal(t, 3, together, "compactions really ran at the same time")
}

func (s *simulated) step(rng *rand.Rand) {
	switch n := rng.IntN(10); {
	case n < 3:
		from := rng.IntN(256)
		width := 1 + rng.IntN(256-from)
		var keys []byte
		for range 1 + rng.IntN(20) {
			keys = append(keys, byte(from+rng.IntN(width)))
		}
		s.flush(keys)
	case n < 6 && len(s.running) > 0:
		s.finish(s.running[rng.IntN(len(s.running))])
	case len(s.running) < 3:
		if c := s.pick(); c != nil {
			s.running = append(s.running, c)
		}
	}
}

func (s *simulated) drain(t *testing.T) {
	t.Helper()
	for steps := 0; ; steps++ {
		require.Less(t, steps, 1000, "the work ends")
		if c := s.pick(); c != nil {
			s.running = append(s.running, c)
		} else if len(s.running) == 0 {
			break
		} else {
			s.finish(s.running[0])
		}
		s.check(t)
	}
	base, limits := s.limits()
	require.Less(t, len(s.version.levels[0]), s.opts.L0CompactionFiles)
	for level := 1; level < base; level++ {
		require.Empty(t, s.version.levels[level], "level %d is above the base level", level)
	}
	for level := base; level < bottom; level++ {
		require.Less(t, float64(bytesOf(s.version.levels[level])), limits[level], "level %d", level)
	}
	for level, tables := range s.version.levels[1:] {
		for _, tab := range tables {
			require.False(t, tab.mostlyTombstones(), "table of tombstones in level %d", level+1)
		}
	}
}
