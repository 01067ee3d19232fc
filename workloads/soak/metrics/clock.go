package metrics

import (
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak"
)

// Clock detects that the machine's clock was set, by comparing the wall clock with the monotonic clock.
type Clock struct {
	Began  time.Time            // wall-clock time of the start
	Day    func() time.Time     // the wall clock
	Passed func() time.Duration // time since Began by the monotonic clock
}

// SystemClock returns a Clock that starts now.
func SystemClock() Clock {
	began := time.Now()
	return Clock{
		Began:  began.Round(0), // strips the monotonic reading
		Day:    func() time.Time { return time.Now().Round(0) },
		Passed: func() time.Duration { return time.Since(began) },
	}
}

var clockMetric = Metric{
	"torture_clock_jump_seconds", Gauge, nil,
	"Change of the time of day, minus the time that has passed, since these pages were first served: by how much the clock was set.",
}

// metric shows by how much the clock was set. Slewing is negligible: it moves the clock by far less than a second per hour.
func (c *Clock) metric() metric {
	return metric{clockMetric, func(_ *soak.Status, show show) { show((c.Day().Sub(c.Began) - c.Passed()).Seconds()) }}
}
