package torture

import (
	"sync"
	"sync/atomic"
	"time"
)

// progress is what the workers count while a campaign runs, and how a watcher hears of it.
type progress struct {
	begin                                           time.Time
	runs, points, images, nested, failures, unknown atomic.Int64
	now                                             atomic.Value // string
}

// watch calls tell a few times a second until the returned function is called, which calls it once more.
func (p *progress) watch(tell func(Progress)) (stop func()) {
	if tell == nil {
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
				tell(p.snapshot())
			case <-done:
				tell(p.snapshot())
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
		Elapsed: time.Since(p.begin), Runs: int(p.runs.Load()), CrashPoints: int(p.points.Load()),
		Images: int(p.images.Load()), Findings: int(p.failures.Load()), Unknown: int(p.unknown.Load()), Now: now,
	}
}
