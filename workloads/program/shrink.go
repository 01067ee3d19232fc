package program

import (
	"fmt"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/shrink/minimal"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// Shrunk says how a finding was shrunk before it was reported. The operations of the program cannot be reduced, because it
// would not repeat the others exactly. What is reduced are the losses of the image, and how late power is cut.
type Shrunk struct {
	FromLost int    `json:"from_lost"` // pending operations, or parts of them, lost in the original image
	Lost     int    `json:"lost"`      // and in the smaller one
	FromTick uint64 `json:"from_tick"` // the original power cut
	Tick     uint64 `json:"tick"`      // and the earlier one
	Tries    int    `json:"tries"`     // recoveries tried
	// Least says that every remaining loss is necessary and that bisection found no earlier crash point. If it is false, the
	// budget ran out first.
	Least    bool   `json:"least"`
	Sentence string `json:"sentence"`
}

// Limits of shrinking one finding. They decide how small it becomes, never whether it is one.
const (
	maxShrinkTries = 160
	shrinkPatience = 20 * time.Second
)

// shrink replaces the power cut of the failure with a smaller one that fails alike. It returns what changed, or nil if nothing
// did.
func (l *life) shrink() *Shrunk {
	defer l.begin(shrinkPatience)()
	cut := l.failure.cut()
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
	lost = minimal.Part(lost, func(some []faultfs.PendingOp) bool { return fails(cut.tick, some) })
	tick := l.earliest(lost, fails)
	s.Least = s.Tries < maxShrinkTries && l.ctx.Err() == nil
	s.Lost, s.Tick = len(lost), tick
	if s.Lost == s.FromLost && s.Tick == s.FromTick {
		return nil
	}
	cut.tick, cut.lost = tick, idsOf(lost)
	if a, ok := l.answer(l.image(), l.acked(l.Cut(tick))); ok { // answered from l.asked
		a.Text = l.prefix() + a.Text
		l.failure.answer = a
	}
	s.Sentence = s.say()
	return s
}

// prefix returns what introduces the sentence of the failure.
func (l *life) prefix() string {
	if l.failure.nested != nil {
		return inRecovery
	}
	return ""
}

// earliest bisects for the earliest crash point that fails with the given losses. It need not be the very first: failing is
// not monotone in the tick, because later operations may replace what was lost.
func (l *life) earliest(lost []faultfs.PendingOp, fails func(uint64, []faultfs.PendingOp) bool) uint64 {
	last := l.Tick()
	first := uint64(0) // the first tick at which all the losses are pending
	for _, op := range lost {
		if !op.Earlier {
			first = max(first, op.Tick)
		}
	}
	if l.failure.nested == nil {
		first = max(first, l.w.rec.Settled+1)
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

func idsOf(ops []faultfs.PendingOp) []uint64 {
	ids := make([]uint64, len(ops))
	for i, op := range ops {
		ids[i] = op.ID
	}
	return ids
}

// say returns the sentence that describes the change.
func (s *Shrunk) say() string {
	var parts []string
	if s.Lost < s.FromLost {
		parts = append(parts, fmt.Sprintf("%s suffices in place of %d", wording.Plural(s.Lost, "loss"), s.FromLost))
	}
	if s.Tick < s.FromTick {
		parts = append(parts, fmt.Sprintf("a power cut at tick %d in place of %d", s.Tick, s.FromTick))
	}
	text := strings.Join(parts, ", and ")
	if !s.Least {
		text += fmt.Sprintf("; less may suffice, but time ran out after %s", wording.Plural(s.Tries, "attempt"))
	}
	return text
}
