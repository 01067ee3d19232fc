package explore

import (
	"context"
	"hash/maphash"
	"sync"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// Explore cuts power at every crash point that a request asks for and judges every image that recovery can tell apart,
// until ctx is done.
func Explore(ctx context.Context, req Request) *Outcome {
	caller := req.Caller
	if caller == nil {
		caller = ctx
	}
	ctx, stopSoon := context.WithCancel(ctx)
	whole, stopAll := context.WithCancel(caller)
	stop := func() { stopSoon(); stopAll() }
	defer stop()
	common := &shared{
		req: &req, ctx: ctx, whole: whole, seed: maphash.MakeSeed(), recovered: newRecoveredDisks(), stop: stop,
		goals: len(contract.GoalsOf(&req.Subject.Target)), situations: req.Subject.situations(),
	}
	jobs := make(chan job)
	crew := make([]*explorer, req.Explorers)
	done := make(chan *explorer, req.Explorers) // buffered: nobody reads from an explorer that was given up
	for i := range crew {
		x := newExplorer(common, req.Slots+i+1)
		crew[i] = x
		go func() {
			x.goroutine = stack.Goroutine()
			for j := range jobs {
				x.do(j)
			}
			done <- x
		}()
	}
	f := &feeder{req: &req, steered: steered(common.situations, req.Steer)}
	var feeding sync.WaitGroup
	feeding.Go(func() {
		defer close(jobs)
		f.feed(ctx, whole, jobs)
	})
	found := gather(caller, common, crew, done)
	feeding.Wait()
	found.Tally.Spent.Add(f.spent)
	found.Tally.Left = total(f.passes()) - found.Tally.Points
	found.merge()
	if req.Subject.Looks.Vary() {
		found.Tally.Disclaim()
	}
	found.sort()
	return found
}

// gather waits for all explorers and adds up their results. If the engine hangs in one of them, gather takes what that
// explorer has found so far and stops the exploration. Once the caller's context is done, it abandons explorers whose
// engine does not return within the grace period.
func gather(caller context.Context, common *shared, crew []*explorer, done <-chan *explorer) *Outcome {
	found := &Outcome{Unclear: map[string]int{}, Reached: make([]int, common.goals), survival: newSurvival()}
	watch := time.NewTicker(max(common.req.Subject.Patience/8, time.Millisecond))
	defer watch.Stop()
	leaving := caller.Done()
	for left := len(crew); left > 0; {
		select {
		case x := <-done:
			found.add(x)
			left--
		case <-leaving:
			leaving = nil
			watch.Reset(record.Grace / 8)
		case <-watch.C:
			for _, x := range crew {
				if caller.Err() != nil && x.abandon() || x.giveUp() {
					common.stop()
					found.add(x)
					left--
				}
			}
		}
	}
	return found
}
