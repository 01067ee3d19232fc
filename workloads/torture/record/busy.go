package record

import (
	"runtime"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// Parameters of busy disks.
const (
	busyEach   = 8  // it does so once in this many times
	busyYields = 64 // at most this many times in a row
)

// busy returns what the disk of a run does before and after each call: with several clients, every other disk lets other
// goroutines run then, once in a while. A simulated disk answers in a microsecond, so hardly anything would happen between
// two calls of an engine that should have kept others out until after the second.
func busy(p *plan.Plan) func() {
	seed := p.Spec.Seed
	if p.Clients() <= 1 || plan.Mix(seed, busyEach)%2 == 0 {
		return nil
	}
	var calls atomic.Uint64
	return func() {
		draw := plan.Mix(seed, calls.Add(1))
		if draw%busyEach > 0 {
			return
		}
		for range 1 + draw/busyEach%busyYields {
			runtime.Gosched()
		}
	}
}
