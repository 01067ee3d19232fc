package durable

import (
	"sync/atomic"
	"time"
)

// LatencyBounds are the inclusive upper bounds of the buckets of a [Latency]. One more bucket counts the rest.
var LatencyBounds = [...]time.Duration{
	50 * time.Microsecond, 100 * time.Microsecond, 200 * time.Microsecond, 500 * time.Microsecond,
	time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond,
	50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, time.Second,
}

// Latency is a histogram of call durations: counts by bucket, and the sum.
type Latency struct {
	Counts [len(LatencyBounds) + 1]int64
	Sum    time.Duration
}

// latency is a Latency that can be read while it counts.
type latency struct {
	counts [len(LatencyBounds) + 1]atomic.Int64
	sum    atomic.Int64
}

func (l *latency) add(took time.Duration) {
	bucket := 0
	for bucket < len(LatencyBounds) && took > LatencyBounds[bucket] {
		bucket++
	}
	l.counts[bucket].Add(1)
	l.sum.Add(int64(took))
}

func (l *latency) read() Latency {
	var r Latency
	for i := range l.counts {
		r.Counts[i] = l.counts[i].Load()
	}
	r.Sum = time.Duration(l.sum.Load())
	return r
}

// SetClock makes the directory time its syncs. It must be called before any other method. Without a clock nothing is
// timed.
func (d *Dir) SetClock(now func() time.Time) { d.now = now }

// SyncLatency returns the durations of the syncs of files and of the directory.
func (d *Dir) SyncLatency() Latency { return d.took.read() }

// timed runs and times one sync.
func (d *Dir) timed(sync func() error) error {
	d.syncs.Add(1)
	if d.now == nil {
		return sync()
	}
	begin := d.now()
	err := sync()
	d.took.add(d.now().Sub(begin))
	return err
}
