package program

import (
	"slices"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/shrink/minimal"
)

// Limits of shrinking one finding. They decide how small it becomes, never whether it is one.
const (
	maxShrinkTries = 160
	shrinkPatience = 20 * time.Second
)

// shrink replaces the power cut of the failure with a smaller one that fails alike. It returns what changed, or nil if nothing
// did.
func (l *life) shrink() *Shrunk {
	defer l.begin(shrinkPatience)()
	cut := l.failure.Place.cut()
	lost := l.Repeat()
	s := &Shrunk{FromLost: len(lost), FromTick: cut.tick}
	fails := func(tick uint64, lost []faultfs.PendingOp) bool {
		if s.Tries >= maxShrinkTries || l.ctx.Err() != nil {
			return false
		}
		s.Tries++
		return l.Try(l.Point(tick), idsOf(lost), l.Cut(tick)) == explore.FailsAlike
	}
	if !fails(cut.tick, lost) {
		return nil
	}
	tick := cut.tick
	lost = minimal.Part(lost, func(some []faultfs.PendingOp) bool { return fails(tick, some) })
	for len(lost) > 0 { // losing the last one may amount to a cut before it
		last := lastOf(lost)
		others := slices.Delete(slices.Clone(lost), last, last+1)
		before := l.lastBefore(lost[last])
		if before == 0 || !fails(before, others) {
			break
		}
		tick, lost = before, others
	}
	tick = l.earliest(tick, lost, fails)
	s.Least = s.Tries < maxShrinkTries && l.ctx.Err() == nil
	s.Lost, s.Tick = len(lost), tick
	if !s.Concludes() {
		return nil
	}
	cut.tick, cut.lost = tick, idsOf(lost)
	if a, ok := l.answer(l.image(), l.acked(l.Cut(tick))); ok { // answered from l.asked
		a.Text = l.prefix() + a.Text
		l.failure.Answer = a
	}
	return s
}

// prefix returns what introduces the sentence of the failure.
func (l *life) prefix() string {
	if l.failure.Place.nested != nil {
		return inRecovery
	}
	return ""
}

// earliest bisects for the earliest crash point, up to last, that fails with the given losses. This need not be the
// very first, because failures are not monotone in the tick: later operations may replace what was lost.
func (l *life) earliest(last uint64, lost []faultfs.PendingOp, fails func(uint64, []faultfs.PendingOp) bool) uint64 {
	first := l.first() // at which all the losses are pending
	for _, op := range lost {
		if !op.Earlier {
			first = max(first, op.Tick)
		}
	}
	var ticks []uint64
	for i := range l.trace {
		if op := &l.trace[i]; op.Changes() && op.Tick >= first && op.Tick < last {
			ticks = append(ticks, op.Tick)
		}
	}
	for low, high := 0, len(ticks); low < high; {
		middle := (low + high) / 2
		if fails(ticks[middle], lost) {
			high, last = middle, ticks[middle]
		} else {
			low = middle + 1
		}
	}
	return last
}

// first returns the first tick at which power may be cut.
func (l *life) first() uint64 {
	if l.failure.Place.nested != nil {
		return 0
	}
	return l.w.rec.Settled + 1
}

// lastOf returns the index of the loss that was made last.
func lastOf(lost []faultfs.PendingOp) (last int) {
	for i, op := range lost {
		if !op.Earlier && (lost[last].Earlier || op.Tick > lost[last].Tick) {
			last = i
		}
	}
	return last
}

// lastBefore returns the last crash point before an operation, or 0 if there is none in this life.
func (l *life) lastBefore(lost faultfs.PendingOp) (tick uint64) {
	for i := range l.trace {
		op := &l.trace[i]
		if lost.Earlier || op.Tick >= lost.Tick {
			break
		}
		if op.Changes() && op.Tick >= l.first() {
			tick = op.Tick
		}
	}
	return tick
}

func idsOf(ops []faultfs.PendingOp) []uint64 {
	ids := make([]uint64, len(ops))
	for i, op := range ops {
		ids[i] = op.ID
	}
	return ids
}
