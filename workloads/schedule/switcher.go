package schedule

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/tetratelabs/wazero/api"
)

// Where things are in the Go runtime, which lets its assembler code know them. NB: if they move in a later version of Go,
// programs stop to switch or crash at their start; TestSeedsGiveOtherSchedules fails then.
const (
	offsetStackGuard = 16 // of g.stackguard0
	offsetM          = 48 // of g.m
	offsetG0         = 0  // of m.g0
)

// preempt is what the runtime writes into g.stackguard0 to ask a goroutine to make room: stackPreempt there.
const preempt = math.MaxUint64 - 1313

// switcher decides when goroutines switch.
type switcher struct {
	source   *rand.ChaCha8
	mean     float64 // of the number of functions entered between two switches
	switches uint64
	left     uint64 // how many functions are to be entered before the next switch, beyond those of the countdown
	entered  uint64 // functions, when the countdown will be at zero
}

// The mean is 2 to a power between these two, drawn once a run.
const (
	minMeanPower = 4
	maxMeanPower = 12
)

func newSwitcher(source *rand.ChaCha8) switcher {
	s := switcher{source: source}
	s.mean = math.Exp2(minMeanPower + rand.New(source).Float64()*(maxMeanPower-minMeanPower))
	return s
}

// next draws how many functions to let pass.
func (s *switcher) next() uint64 { return 1 + uint64(rand.New(s.source).ExpFloat64()*s.mean) }

// countdown returns what of the functions left, and no more than most, the program may enter before it calls the host.
func (s *switcher) countdown(most uint64) uint64 {
	n := min(s.left, most)
	s.left -= n
	s.entered += n
	return n
}

// switchGoroutine is called when the countdown of a program is at zero. If no function is left it asks the running goroutine to
// make room at its next chance. Programs call it too, as sched_yield: then the countdown is not at zero, and there is nothing
// to do.
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
		w.askForRoom(module)
	}
	countdown.Set(w.switcher.countdown(w.again.pause()))
	w.again.paused(ctx, module)
}

// askForRoom asks the running goroutine to make room, and draws when the next one is asked.
func (w *world) askForRoom(module api.Module) {
	g := uint32(module.ExportedGlobal(goroutineExport).Get())
	w.switcher.left = w.switcher.next()
	w.trace.number(w.switcher.left)
	// NB: while the scheduler is at work there is nobody to ask. To ask at the next chance instead would be wrong: that is
	// the function at which the last switch happened, and no goroutine would ever get beyond it.
	if (w.most == 0 || w.switcher.switches < w.most) && isUserGoroutine(module.Memory(), g) {
		module.Memory().WriteUint64Le(g+offsetStackGuard, preempt)
		w.switcher.switches++
	}
}

// isUserGoroutine tells goroutines from the one that runs the scheduler, and from none at all.
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
