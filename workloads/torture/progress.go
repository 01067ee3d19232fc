package torture

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/quota"
)

// Progress says how far a Check has come.
type Progress struct {
	Elapsed     time.Duration
	Runs        int
	CrashPoints int
	Images      int
	Findings    int
	Unknown     int
	Cells       quota.Share // cells of the matrix that have met their quota
	Now         string      // what is running, such as "bank × failed-fsync, seed 7"
}

// progress holds the counters of a running campaign, and reports them to a watcher.
type progress struct {
	begin         time.Time
	explored      explore.Progress
	runs, unknown atomic.Int64
	complete      atomic.Int64 // cells
	cells         int
	now           atomic.Value // string
}

// watch calls report a few times per second. The returned function stops that, after one last call.
func (p *progress) watch(report func(Progress)) (stop func()) {
	if report == nil {
		return func() {}
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		ticker := time.NewTicker(150 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				report(p.snapshot())
			case <-done:
				report(p.snapshot())
				return
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}

func (p *progress) snapshot() Progress {
	now, _ := p.now.Load().(string)
	return Progress{
		Elapsed: time.Since(p.begin), Runs: int(p.runs.Load()), CrashPoints: int(p.explored.Points.Load()),
		Images: int(p.explored.Images.Load()), Findings: int(p.explored.Failures.Load()), Unknown: int(p.unknown.Load()), Now: now,
		Cells: quota.Share{Done: int(p.complete.Load()), Owed: p.cells},
	}
}
