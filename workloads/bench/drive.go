package bench

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// plan says how much of a work is done.
type plan struct {
	goroutines int
	ops        int
	limit      time.Duration // no operation is begun later
	every      int           // the latency of one operation in so many is taken: reading the clock takes time
}

// chunk is how many operations a goroutine takes at once where they are too short to share a counter for each.
const chunk = 64

// latencyMax is the longest latency that is told apart, in nanoseconds.
const latencyMax = int64(time.Minute)

// tally is what came of a plan.
type tally struct {
	ops       int // operations 0..ops-1 were done
	seconds   float64
	latencies *hdrhistogram.Histogram // nanoseconds
	cpu       float64                 // seconds of this process
	othersCPU float64                 // share of the machine that other processes had
}

// drive does the operations of a plan. Each goroutine asks begin for the function that does its operations, and so has
// buffers of its own.
func drive(p plan, begin func(worker int) func(i int) error) (tally, error) {
	d := &driver{plan: p, take: 1, errs: make(chan error, p.goroutines)}
	if p.every > 1 {
		d.take = chunk
	}
	histograms, ops := make([]*hdrhistogram.Histogram, p.goroutines), make([]func(int) error, p.goroutines)
	for w := range p.goroutines {
		histograms[w], ops[w] = hdrhistogram.New(1, latencyMax, 3), begin(w)
	}
	runtime.GC() // what was garbage before is not this work's to collect
	before := now()
	d.start = time.Now()
	var wg sync.WaitGroup
	for w := range p.goroutines {
		wg.Go(func() { d.work(ops[w], histograms[w]) })
	}
	wg.Wait()
	t := tally{ops: min(int(d.next.Load()), p.ops), seconds: time.Since(d.start).Seconds(), latencies: histograms[0]}
	t.cpu, t.othersCPU = before.until(now())
	for _, h := range histograms[1:] {
		t.latencies.Merge(h)
	}
	select {
	case err := <-d.errs:
		return t, err
	default:
		return t, nil
	}
}

// driver is a plan that is being done.
type driver struct {
	plan
	take  int // operations taken at once
	start time.Time
	next  atomic.Int64
	stop  atomic.Bool
	errs  chan error
}

// work takes operations until there are none, or no time, left. Those that were taken are done, so that no hole is left
// among them.
func (d *driver) work(op func(i int) error, latencies *hdrhistogram.Histogram) {
	for !d.stop.Load() && time.Since(d.start) < d.limit {
		from := int(d.next.Add(int64(d.take))) - d.take
		if from >= d.ops {
			return
		}
		for i := from; i < min(from+d.take, d.ops); i++ {
			if err := d.one(op, i, latencies); err != nil {
				d.stop.Store(true)
				d.errs <- err
				return
			}
		}
	}
}

func (d *driver) one(op func(i int) error, i int, latencies *hdrhistogram.Histogram) error {
	if i%d.every != 0 {
		return op(i)
	}
	start := time.Now()
	err := op(i)
	_ = latencies.RecordValue(min(int64(time.Since(start)), latencyMax)) // it is in range
	return err
}
