package metrics

import (
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak"
)

// Clock notices that somebody sets the machine's clock: it compares the time of day with the time that has passed.
type Clock struct {
	Began  time.Time            // by the time of day
	Day    func() time.Time     // the time of day
	Passed func() time.Duration // since Began, by a clock that nobody sets
}

// SystemClock begins now.
func SystemClock() Clock {
	began := time.Now()
	return Clock{
		Began:  began.Round(0), // takes the monotonic reading away
		Day:    func() time.Time { return time.Now().Round(0) },
		Passed: func() time.Duration { return time.Since(began) },
	}
}

var clockMetric = Metric{
	"torture_clock_jump_seconds", Gauge, nil,
	"How much further the time of day is than the time that has passed since these pages were first served: the clock was set.",
}

// metric shows how far the clock was set. What an hour of slewing moves is far less than a second.
func (c *Clock) metric() metric {
	return metric{clockMetric, func(_ *soak.Status, show show) { show((c.Day().Sub(c.Began) - c.Passed()).Seconds()) }}
}
