package record

import (
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// CrashTicks returns the ticks at which cutting power is worthwhile, ascending: those of the engine's operations that
// change the disk.
func (r *Recording) CrashTicks() []uint64 {
	var all []uint64
	for i := r.prepared(); i < len(r.Trace); i++ {
		if r.Trace[i].Changes() {
			all = append(all, r.Trace[i].Tick)
		}
	}
	return all
}

// Untouched reports whether the store has made no call of the disk at all.
func (r *Recording) Untouched() bool { return len(r.Trace) <= r.prepared() }

// ClosingTicks returns how many of the last CrashTicks come after all answers to clients, when only closing the store
// is left.
func (r *Recording) ClosingTicks() (n int) {
	var answered history.Tick
	for i := range r.History {
		if op := &r.History[i]; op.Return != history.Never {
			answered = max(answered, op.Return)
		}
	}
	for i := len(r.Trace) - 1; i >= r.prepared() && history.Tick(r.Trace[i].Tick) > answered; i-- {
		if r.Trace[i].Changes() {
			n++
		}
	}
	return n
}

// CrashTicksFromFault returns the last crash tick before the first injected fault, and all later ones. Up to the
// fault, the run is the same as without it.
func (r *Recording) CrashTicksFromFault() []uint64 {
	all := r.CrashTicks()
	first, _ := slices.BinarySearch(all, uint64(r.Excused()))
	return all[max(0, first-1):]
}

// Neighbours returns the n crash ticks before a tick and the n after it.
func (r *Recording) Neighbours(tick uint64, n int) []uint64 {
	all := r.CrashTicks()
	i := slices.Index(all, tick)
	if i < 0 {
		return nil
	}
	return slices.Concat(all[max(0, i-n):i], all[i+1:min(len(all), i+1+n)])
}

// Spread returns limit of the ticks: the last one, and one of each earlier part of the run, drawn from a seed. Evenly
// spaced ticks would not do: in a run that alternates writes and syncs they might all be syncs, after which nothing is
// at stake. If limit is 0, it returns all ticks.
func Spread(ticks []uint64, limit int, seed uint64) []uint64 {
	if limit <= 0 || limit >= len(ticks) {
		return ticks
	}
	some := make([]uint64, limit)
	for i := range some {
		from, to := i*len(ticks)/limit, (i+1)*len(ticks)/limit
		some[i] = ticks[from+int(plan.Mix(seed, uint64(to))%uint64(to-from))]
	}
	some[limit-1] = ticks[len(ticks)-1]
	return some
}
