package bench

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// plan says how many operations of a work are done, and how.
type plan struct {
	goroutines int
	ops        int
	limit      time.Duration // no operation begins later
	every      int           // one operation in this many has its latency measured, because reading the clock takes time
}

// chunk is the number of operations that a goroutine takes at a time if they are too short for access to a shared
// counter each.
const chunk = 64

// latencyMax is the longest latency recorded, in nanoseconds; longer ones count as this.
const latencyMax = int64(time.Minute)

// tally is the result of a plan.
type tally struct {
	ops       int // number of operations done: 0..ops-1
	seconds   float64
	latencies *hdrhistogram.Histogram // nanoseconds
	cpu       float64                 // seconds of this process
	othersCPU float64                 // share of the machine that other processes used
}

// drive executes a plan. Each goroutine calls begin for its own operation function, so that the function can have
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
	runtime.GC() // earlier garbage must not be collected on this work's time
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

// driver is a plan being executed.
type driver struct {
	plan
	take  int // operations taken at a time
	start time.Time
	next  atomic.Int64
	stop  atomic.Bool
	errs  chan error
}

// work takes operations until none are left or time is up. It finishes all operations that it has taken, so that the
// completed ones leave no gap.
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
	_ = latencies.RecordValue(min(int64(time.Since(start)), latencyMax)) // always in range
	return err
}
