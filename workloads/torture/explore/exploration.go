package explore

import (
	"context"
	"hash/maphash"
	"sync"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// Explore cuts power at every crash point that a request asks for and judges every image that recovery can tell apart,
// until ctx is done.
func Explore(ctx context.Context, req Request) *Outcome {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	goals := contract.GoalsOf(&req.Subject.Target)
	common := &shared{
		req: &req, seed: maphash.MakeSeed(), stop: stop, goals: len(goals),
		situations: situations(goals, req.Subject.Recording.Trace),
	}
	jobs := make(chan job)
	crew := make([]*explorer, req.Explorers)
	done := make(chan *explorer, req.Explorers) // buffered: an explorer that was given up must not wait for a reader
	for i := range crew {
		x := newExplorer(common, i+1)
		crew[i] = x
		go func() {
			x.goroutine = stack.Goroutine()
			for j := range jobs {
				x.do(ctx, j)
			}
			done <- x
		}()
	}
	f := &feeder{req: &req}
	var feeding sync.WaitGroup
	feeding.Go(func() {
		defer close(jobs)
		f.feed(ctx, jobs)
	})
	found := gather(common, crew, done)
	feeding.Wait()
	found.Tally.Spent.Add(f.spent)
	found.Tally.Left = total(f.passes()) - found.Tally.Points
	found.sort()
	return found
}

// gather waits for all explorers and adds up their results. If the engine hangs in one, gather takes what that explorer has
// found so far and stops the exploration.
func gather(common *shared, crew []*explorer, done <-chan *explorer) *Outcome {
	found := &Outcome{Unclear: map[string]int{}, Reached: make([]int, common.goals), survival: newSurvival()}
	watch := time.NewTicker(max(common.req.Subject.Patience/8, time.Millisecond))
	defer watch.Stop()
	for left := len(crew); left > 0; {
		select {
		case x := <-done:
			found.add(x)
			left--
		case <-watch.C:
			for _, x := range crew {
				if x.giveUp() {
					common.stop()
					found.add(x)
					left--
				}
			}
		}
	}
	return found
}
