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

// Shrunk says how a finding was made smaller before it was reported. What the program did cannot be cut, since it does not do the
// same again; what is cut is the losses of the image, and the run behind the first crash that has them.
type Shrunk struct {
	FromLost int    `json:"from_lost"` // so many pending operations, or parts of them, were lost when it was found
	Lost     int    `json:"lost"`      // and so many suffice
	FromTick uint64 `json:"from_tick"` // where power was cut when it was found
	Tick     uint64 `json:"tick"`      // and where it suffices
	Tries    int    `json:"tries"`     // recoveries that this took
	// Least says that without any of the losses it does not show, and that no earlier crash point was found by halving. Otherwise
	// the tries were spent.
	Least    bool   `json:"least"`
	Sentence string `json:"sentence"`
}

// Limits of shrinking one finding. They decide how small it becomes, and never whether it is one.
const (
	maxShrinkTries = 160
	shrinkPatience = 20 * time.Second
)

// shrink replaces the power cut of the failure by a smaller one that fails alike, and returns what has changed; nil if nothing
// has.
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
	if a, ok := l.answer(l.image(), l.acked(l.Cut(tick))); ok { // it was asked before
		a.Text = l.prefix() + a.Text
		l.failure.answer = a
	}
	s.Sentence = s.say()
	return s
}

// prefix begins the sentence of the failure.
func (l *life) prefix() string {
	if l.failure.nested != nil {
		return inRecovery
	}
	return ""
}

// earliest returns the earliest tick, of those that a search by halves meets, at which a crash with some losses fails.
func (l *life) earliest(lost []faultfs.PendingOp, fails func(uint64, []faultfs.PendingOp) bool) uint64 {
	last := l.Tick()
	first := uint64(0) // at which all of the losses are pending
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

// say puts it into words.
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
		text += fmt.Sprintf("; perhaps less would, after %s the time was over", wording.Plural(s.Tries, "attempt"))
	}
	return text
}
