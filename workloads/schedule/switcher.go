package schedule

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/tetratelabs/wazero/api"
)

// Offsets in structs of the Go runtime, whose assembler code depends on them too. NB: if a later version of Go changes
// them, programs either never switch or crash when they start; TestSeedsGiveDifferentSchedules then fails.
const (
	offsetStackGuard = 16 // of stackguard0 in g
	offsetM          = 48 // of m in g
	offsetG0         = 0  // of g0 in m
)

// preempt is the runtime's stackPreempt: the value written to g.stackguard0 to ask a goroutine to yield.
const preempt = math.MaxUint64 - 1313

// switcher decides when goroutines switch.
type switcher struct {
	source   *rand.ChaCha8
	mean     float64 // mean number of functions entered between two switches
	switches uint64
	left     uint64 // functions to enter before the next switch, beyond those of the countdown
	entered  uint64 // functions entered by the time the countdown reaches zero
}

// The mean is a power of two with an exponent between these two, drawn once per run.
const (
	minMeanPower = 4
	maxMeanPower = 12
)

func newSwitcher(source *rand.ChaCha8) switcher {
	s := switcher{source: source}
	s.mean = math.Exp2(minMeanPower + rand.New(source).Float64()*(maxMeanPower-minMeanPower))
	return s
}

// next draws the number of functions to enter before the next switch.
func (s *switcher) next() uint64 { return 1 + uint64(rand.New(s.source).ExpFloat64()*s.mean) }

// countdown takes at most the given number of functions from those left before the next switch.
func (s *switcher) countdown(most uint64) uint64 {
	n := min(s.left, most)
	s.left -= n
	s.entered += n
	return n
}

// switchGoroutine is called when the countdown reaches zero. If no functions are left before the next switch, it asks
// the running goroutine to yield at its next opportunity. Programs call it too, as sched_yield; the countdown is not
// zero then, and there is nothing to do.
func switchGoroutine(ctx context.Context, module api.Module, stack []uint64) {
	stack[0] = 0 // success
	countdown := module.ExportedGlobal(countdownExport).(api.MutableGlobal)
	if countdown.Get() != 0 {
		return
	}
	w := worldOf(ctx)
	if w.limit > 0 && w.switcher.entered >= w.limit {
		panic(errEndless)
	}
	if w.switcher.left == 0 {
		w.askToYield(module)
	}
	countdown.Set(w.switcher.countdown(w.again.pause()))
	w.again.paused(ctx, module)
}

// askToYield asks the running goroutine to yield, and draws the time of the next switch.
func (w *world) askToYield(module api.Module) {
	g := uint32(module.ExportedGlobal(goroutineExport).Get())
	w.switcher.left = w.switcher.next()
	w.trace.number(w.switcher.left)
	// NB: while the scheduler runs there is no goroutine to ask. Asking at the next opportunity instead would be wrong:
	// that is the function at which the last switch happened, and no goroutine would ever get past it.
	if (w.most == 0 || w.switcher.switches < w.most) && isUserGoroutine(module.Memory(), g) {
		module.Memory().WriteUint64Le(g+offsetStackGuard, preempt)
		w.switcher.switches++
	}
}

// isUserGoroutine reports whether g is a goroutine other than that of the scheduler.
func isUserGoroutine(memory api.Memory, g uint32) bool {
	if g == 0 {
		return false
	}
	m, ok := memory.ReadUint64Le(g + offsetM)
	if !ok || m == 0 {
		return false
	}
	g0, ok := memory.ReadUint64Le(uint32(m) + offsetG0)
	return ok && uint32(g0) != g
}
