package explore

import (
	"bytes"
	"fmt"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// secondLife is a recovery that is crashed in turn: the same image again, on a clock that it shares with a client.
type secondLife struct {
	img     *faultfs.FS
	model   faultfs.Model  // the model of both crashes
	opened  uint64         // latest tick of the recovery itself
	read    *history.State // what the recovery showed
	judged  bool           // the first recovery of the image showed the same, and it was accepted
	history []history.Op
	rest    *checker.Durability // judges what the second life wrote in addition to all that was read
	whole   *checker.Durability // judges all; made only if something of what was read has changed
	cuts    *record.Cuts
	// timeline serves the ticks after the recovery; recovering serves those during it, given that everything that it found
	// is decided.
	timeline, recovering *faultfs.Timeline
	// accepted and repeated are what later recoveries of these disks showed in order, by the two judges; see judgeOfSecond.
	accepted, repeated map[secondDisk]bool
	// latest is the latest verdict: most images of one crash point recover to the same state.
	latest struct {
		cut    history.Cut
		state  *history.State
		result checker.Result
	}
}

// crash returns the crash point at a tick of the second life; ticks come in ascending order. While the recovery went on
// it was still finding out what the first crash had left, so the disk depends on the tick; afterwards one timeline
// serves all ticks.
func (s *secondLife) crash(tick uint64) *faultfs.CrashPoint {
	if tick <= s.opened {
		return faultfs.NewTimeline(s.img, s.model, tick).Advance(tick)
	}
	if s.timeline == nil {
		s.timeline = faultfs.NewTimeline(s.img, s.model, s.img.Now())
	}
	return s.timeline.Advance(tick)
}

// interrupt returns the crash point at a tick of the recovery, given that what the recovery found is decided; only what
// it did itself is open. Ticks come in ascending order.
func (s *secondLife) interrupt(tick uint64) *faultfs.CrashPoint {
	if s.recovering == nil {
		s.recovering = faultfs.NewTimeline(s.img, s.model, s.opened)
	}
	return s.recovering.Advance(tick)
}

// judge judges a state of the second life. What a client writes then sorts after everything else, so mostly the state
// begins with all that was read, and only the rest is in question.
func (s *secondLife) judge(cut history.Cut, state *history.State, rule checker.Rule) checker.Result {
	if rest, ok := state.Past(s.read); ok {
		return s.rest.Judge(cut, rest, rule)
	}
	if s.whole == nil {
		s.whole = checker.NewDurability(s.history, s.read)
	}
	return s.whole.Judge(cut, state, rule)
}

// differences names, in one line, the first pair in which what two recoveries showed differs: one that the second has lost or
// changed, or else one that only the second has.
func differences(first, second *history.State) string {
	if d := difference(first, second); d != "" {
		return d
	}
	had := map[string]bool{}
	for k := range first.All() {
		had[string(k)] = true
	}
	for k, v := range second.All() {
		if !had[string(k)] {
			return fmt.Sprintf("recovery had not shown %q; now it is %.40q", k, v)
		}
	}
	return ""
}

// difference names, in one line, the first pair of a state that is missing in a later one or has another value there. It is
// empty if there is none.
func difference(before, after *history.State) string {
	got := map[string][]byte{}
	for k, v := range after.All() {
		got[string(k)] = v
	}
	for k, v := range before.All() {
		if other, ok := got[string(k)]; !ok || !bytes.Equal(v, other) {
			return fmt.Sprintf("recovery had shown %q = %.40q; now it is %.40q (found: %t)", k, v, other, ok)
		}
	}
	return ""
}
