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
	opened  uint64         // the last tick of the recovery itself
	read    *history.State // what the recovery showed
	judged  bool           // the first recovery of the image showed the same and was accepted
	history []history.Op
	rest    *checker.Durability // judges what the second life added to the state that was read
	whole   *checker.Durability // judges the whole state; made only when part of what was read has changed
	cuts    *record.Cuts
	// timeline has the crash points after the recovery. recovering has those during the recovery, for the case in which
	// everything that it found is considered decided (see interrupt).
	timeline, recovering *faultfs.Timeline
	// accepted and repeated are the disks that judgeSecond and judgeRepeated have accepted.
	accepted, repeated map[secondDisk]bool
	// latest is the latest verdict. Most images of one crash point recover to the same state.
	latest struct {
		cut    history.Cut
		state  *history.State
		result checker.Result
	}
}

// crash returns the crash point at a tick of the second life. It must be called with ascending ticks. While the recovery was
// running, each look decided more of what the first crash had left, so each of these ticks needs a timeline of its own.
// After the recovery nothing more is decided, and one timeline serves all ticks.
func (s *secondLife) crash(tick uint64) *faultfs.CrashPoint {
	if tick <= s.opened {
		return faultfs.NewTimeline(s.img, s.model, tick).Advance(tick)
	}
	if s.timeline == nil {
		s.timeline = faultfs.NewTimeline(s.img, s.model, s.img.Now())
	}
	return s.timeline.Advance(tick)
}

// interrupt returns the crash point at a tick of the recovery, with everything that the complete recovery found already
// decided, so that only the recovery's own operations are pending. It must be called with ascending ticks.
func (s *secondLife) interrupt(tick uint64) *faultfs.CrashPoint {
	if s.recovering == nil {
		s.recovering = faultfs.NewTimeline(s.img, s.model, s.opened)
	}
	return s.recovering.Advance(tick)
}

// judge judges a state of the second life. The keys of its client sort after all others, so the state usually begins with
// everything that was read, and only the rest has to be judged.
func (s *secondLife) judge(cut history.Cut, state *history.State, rule checker.Rule) checker.Result {
	if rest, ok := state.Past(s.read); ok {
		return s.rest.Judge(cut, rest, rule)
	}
	if s.whole == nil {
		s.whole = checker.NewDurability(s.history, s.read)
	}
	return s.whole.Judge(cut, state, rule)
}

// differences describes in one line the first pair in which two recovered states differ: one that the second has lost or
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

// difference describes in one line the first pair of a state that is missing from a later one or has a different value
// there. It is empty if there is none.
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
