package lap

import (
	"context"
	"maps"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/canary"
	"github.com/lightningdb/lightning-torture/workloads/soak/endless"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Worker does the job of a child.
type Worker struct {
	Job     *Job
	Targets []torture.Target
	Tell    *Teller
	Running func(slot int, token string) // see torture.Options.Running; may be nil
	// Programs returns what tortures a program; nil if this binary tortures engines only.
	Programs func(*campaign.Program) (Subject, error)
	// Canary looks for the planted bug; nil means canary.Try, or that of the subject.
	Canary func(ctx context.Context, seed uint64) (canary.Sight, error)

	target  torture.Target
	subject Subject // of a campaign of a program; otherwise nil
	known   map[string]bool
	work    atomic.Uint64
	done    uint64                             // work of completed parts of the job
	extra   atomic.Pointer[map[string]float64] // figures of the long-lived store
	life    atomic.Pointer[endless.Life]
}

// Work does the job. When ctx is done it returns soon, without reporting what was incomplete. Errors are those of the lab and of the
// host, and torture.ErrConfig if this binary does not have the target.
func (w *Worker) Work(ctx context.Context) error {
	if err := w.choose(); err != nil {
		return err
	}
	if w.Job.Memory > 0 {
		debug.SetMemoryLimit(w.Job.Memory / memoryShare * (memoryShare - 1)) // collect garbage before the supervisor steps in
	}
	w.known = map[string]bool{}
	for _, id := range w.Job.Known {
		w.known[id] = true
	}
	stop := w.beat()
	defer stop()
	for _, step := range []func(context.Context) error{w.replays, w.lap, w.live} {
		if err := step(ctx); err != nil || ctx.Err() != nil {
			return err
		}
	}
	return nil
}

// memoryShare says how far the garbage collector's limit stays below the process's memory limit: by 1/memoryShare of
// it.
const memoryShare = 4

// beatInterval is the interval between beats.
const beatInterval = 300 * time.Millisecond

// beat sends beats until stop is called.
func (w *Worker) beat() (stop func()) {
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		ticker := time.NewTicker(beatInterval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				_ = w.Tell.Tell(Message{Beat: &Beat{Work: w.progress(), Figures: w.figures()}}) // if the supervisor is gone, this process will soon end too
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-over
	}
}

// progress returns a number that grows as long as this process makes progress.
func (w *Worker) progress() uint64 {
	n := w.work.Load()
	if l := w.life.Load(); l != nil {
		n += l.Ops.Load()
	}
	return n
}

// figures returns the figures that only the process itself can measure.
func (w *Worker) figures() map[string]float64 {
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap)
	f := map[string]float64{"heap": float64(heap[0].Value.Uint64()), "goroutines": float64(runtime.NumGoroutine())}
	if l := w.life.Load(); l != nil {
		f["ops"] = float64(l.Ops.Load())
	}
	if extra := w.extra.Load(); extra != nil {
		maps.Copy(f, *extra)
	}
	return f
}

// watch implements torture.Options.Progress.
func (w *Worker) watch(p torture.Progress) {
	w.work.Store(w.done + uint64(p.Images+p.CrashPoints+p.Runs))
}
