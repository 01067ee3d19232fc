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

// busy returns a function that the disk of a run calls before and after each call. With several clients, every other
// disk now and then lets other goroutines run at that moment. A simulated disk answers in a microsecond, so without
// this hardly anything would happen between two calls of an engine that fails to keep others out until the second is
// done.
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
