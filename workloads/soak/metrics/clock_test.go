package metrics

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAClockThatWasSetShows(t *testing.T) {
	t.Parallel()
	day, passed := time.Unix(1_800_000_000, 0), time.Duration(0)
	c := Clock{Began: day, Day: func() time.Time { return day }, Passed: func() time.Duration { return passed }}
	jump := func() (seconds float64) {
		m := c.metric()
		m.values(nil, func(value float64, _ ...string) { seconds = value })
		return seconds
	}
	day, passed = day.Add(time.Hour), time.Hour
	require.Zero(t, jump(), "an hour has passed")
	day = day.Add(-10 * time.Minute)
	require.InDelta(t, -600, jump(), 1e-9)
}
