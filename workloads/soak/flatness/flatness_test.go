package flatness

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// series samples a function of time, in hours, once a minute.
func series(hours float64, value func(h float64) float64) *Series {
	s := &Series{}
	for h := 0.0; h < hours; h += 1.0 / 60 {
		s.Add(h, value(h))
	}
	return s
}

func TestAFigureIsJudgedByTheRule(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		hours float64
		value func(h float64, noise float64) float64
		rule  Rule
		flat  bool
	}{
		{"a constant", 4, func(float64, float64) float64 { return 100 }, Rule{}, true},
		{"noise", 4, func(_, n float64) float64 { return 100 + 10*n }, Rule{}, true},
		{"a leak in noise", 4, func(h, n float64) float64 { return 100 + 10*h + 5*n }, Rule{}, false},
		{"a leak within the floor", 4, func(h, n float64) float64 { return 100 + 10*h + 5*n }, Rule{Floor: 50}, true},
		{"a leak slower than 5 % a day", 48, func(h, n float64) float64 { return 100 + 0.1*h + n }, Rule{}, true},
		{"a leak of 10 % a day", 48, func(h, n float64) float64 { return 100 + 0.5*h + n }, Rule{}, false},
		{"growth in the warm-up only", 4, func(h, n float64) float64 { return 100 + 100*min(h, 0.5) + n }, Rule{}, true},
		{"a burst in the middle", 4, func(h, n float64) float64 {
			if h > 2 && h < 2.3 {
				return 500
			}
			return 100 + n
		}, Rule{}, true},
		{"waves", 8, func(h, n float64) float64 { return 100 + 10*math.Sin(2*math.Pi*h) + n }, Rule{}, true},
		{"a falling figure is flat", 4, func(h, n float64) float64 { return 100 - 10*h + n }, Rule{}, true},
		{"throughput that falls", 4, func(h, n float64) float64 { return 100 - 10*h + n }, Rule{Falls: true}, false},
		{"throughput that rises", 4, func(h, n float64) float64 { return 100 + 10*h + n }, Rule{Falls: true}, true},
		{"a step that stays", 4, func(h, n float64) float64 {
			if h > 2 {
				return 150 + n
			}
			return 100 + n
		}, Rule{}, false},
	} {
		for seed := range uint64(3) {
			rng := rand.New(rand.NewPCG(seed, 0))
			trend := series(row.hours, func(h float64) float64 { return row.value(h, rng.NormFloat64()) }).Judge(row.rule)
			require.True(t, trend.Measurable, row.name)
			assert.Equal(t, row.flat, trend.Flat, "%s, seed %d: %+v", row.name, seed, trend)
			assert.Equal(t, row.flat, trend.Sentence == "", row.name)
			assert.LessOrEqual(t, trend.Low, trend.PerHour)
			assert.GreaterOrEqual(t, trend.High, trend.PerHour)
		}
	}
}

// laps samples the throughput of the cells of a lap, which differ by a factor of up to 40, for some hours.
func laps(hours, lap float64, cells int, value func(h float64) float64) *Series {
	s := &Series{}
	for i := 0; ; i++ {
		h := float64(i) * lap / float64(cells)
		if h >= hours {
			return s
		}
		cell := i % cells
		s.AddOf(strconv.Itoa(cell), h, float64(1+cell%40)*value(h))
	}
}

func TestWorkOfDifferentKindsIsComparedKindByKind(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name       string
		hours, lap float64
		value      func(h float64, noise float64) float64
		flat       bool
	}{
		{"cells that differ, in two hours", 2, 0.5, func(_, n float64) float64 { return 100 + 10*n }, true},
		{"less than three laps", 2, 0.7, func(_, n float64) float64 { return 100 + 10*n }, true},
		{"short laps", 8, 0.05, func(_, n float64) float64 { return 100 + 10*n }, true},
		{"one that slows down", 2, 0.5, func(h, n float64) float64 { return 100 - 20*h + 5*n }, false},
		{"one that slows down in short laps", 8, 0.05, func(h, n float64) float64 { return 100 - 3*h + 5*n }, false},
		{"one that speeds up", 2, 0.5, func(h, n float64) float64 { return 100 + 20*h + 5*n }, true},
	} {
		for seed := range uint64(3) {
			rng := rand.New(rand.NewPCG(seed, 0))
			trend := laps(row.hours, row.lap, 61, func(h float64) float64 { return row.value(h, rng.NormFloat64()) }).Judge(Rule{Falls: true})
			require.True(t, trend.Measurable, "%s: %s", row.name, trend.Sentence)
			assert.Equal(t, row.flat, trend.Flat, "%s, seed %d: %+v", row.name, seed, trend)
		}
	}
	once := laps(2, 1.9, 61, func(float64) float64 { return 100 }).Judge(Rule{Falls: true})
	require.False(t, once.Measurable, "the cells of a single lap cannot be compared: %+v", once)
}

func TestAShortSeriesIsNotJudged(t *testing.T) {
	t.Parallel()
	trend := (&Series{}).Judge(Rule{})
	require.False(t, trend.Measurable)
	trend = series(0.2, func(h float64) float64 { return 100 * h }).Judge(Rule{})
	require.False(t, trend.Measurable)
	require.Regexp(t, `^too few to judge: \d+ samples in 12 min; it takes 60 min, and 12 samples after the warm-up$`, trend.Sentence)
}

func TestOutliersDoNotChangeTheSlope(t *testing.T) {
	t.Parallel()
	s := series(3, func(h float64) float64 { return 7 + 3*h })
	for i := range len(s.samples) / 5 {
		s.samples[5*i].value = 1e6
	}
	median, low, high := slope(s.samples)
	require.InDelta(t, 3, median, 1e-6)
	require.LessOrEqual(t, low, 3.0+1e-6)
	require.GreaterOrEqual(t, high, 3.0-1e-6)
}

func TestALongSeriesIsThinnedEvenly(t *testing.T) {
	t.Parallel()
	s := series(48, func(h float64) float64 { return h })
	require.Less(t, s.Len(), maxSamples)
	require.GreaterOrEqual(t, s.Len(), maxSamples/4)
	gap := s.samples[1].hours - s.samples[0].hours
	for i := 2; i < s.Len(); i++ {
		require.InDelta(t, gap, s.samples[i].hours-s.samples[i-1].hours, 1e-9)
	}
	median, _, _ := slope(s.samples)
	require.InDelta(t, 1, median, 1e-9)
}
