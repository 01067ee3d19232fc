package torture

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// afterlife is what a client does to a store that has just recovered: enough to write a log, a table and a manifest
// edit on top of what the crash left.
func afterlife(rec *history.Recorder, seed uint64) func(workloads.Store) {
	return func(store workloads.Store) {
		put := func(i int, d history.Durability) {
			w := history.Write{Key: fmt.Appendf(nil, "~after%d", i), Value: fmt.Appendf(nil, "after %d %d", seed, i)}
			op := rec.Call(0, history.Op{Kind: history.Put, Writes: []history.Write{w}, Durability: d})
			if err := store.Apply([]history.Write{w}, d); err != nil {
				rec.Return(op, nil, history.Unknown, err)
				return
			}
			rec.Return(op, nil, history.Acked, nil)
		}
		put(0, history.NoSync)
		put(1, history.Sync)
		if m, ok := store.(workloads.Maintainer); ok {
			op := rec.Call(0, history.Op{Kind: history.Flush})
			if err := m.Flush(); err != nil {
				rec.Return(op, nil, history.Unknown, err)
			} else {
				rec.Return(op, nil, history.Acked, nil)
			}
		}
		put(2, history.Sync)
	}
}

// second is a recovery that is crashed in turn: the same image again, on a clock that its client shares.
type second struct {
	img     *faultfs.FS
	opened  uint64         // latest tick of the recovery itself
	read    *history.State // what the recovery showed
	history []history.Op
	after   *checker.Durability // judges what the second life wrote behind all that was read
	whole   *checker.Durability // judges all; made only if something of what was read has changed
	cuts    *cuts
	// timeline of the ticks after the recovery.
	timeline *faultfs.Timeline
	// The latest verdict: most images of one crash point recover to the same state.
	last struct {
		tick   uint64
		state  history.State
		result checker.Result
	}
}

// nest recovers the image once more, lets a client write to the recovered store, and cuts power again: at every
// operation of that second life, or at a few if recoveries are sampled. What a recovery has shown must never change,
// however often it is interrupted.
func (w *worker) nest(at way) {
	s := w.secondLife(at)
	if s == nil {
		return
	}
	var ticks []uint64
	fresh := at.path.fresh()
	for _, op := range s.img.Trace() {
		if op.Changes() && (op.Tick >= fresh || op.Tick > s.opened) {
			ticks = append(ticks, op.Tick)
		}
	}
	if w.plan.nest > 1 {
		rng := rand.New(rand.NewPCG(at.job.draw, uint64(at.leaf)))
		rng.Shuffle(len(ticks), func(i, j int) { ticks[i], ticks[j] = ticks[j], ticks[i] })
		ticks = ticks[:min(len(ticks), nestedTicks)]
		slices.Sort(ticks)
	}
	for _, tick := range ticks {
		w.crashSecond(s, at, s.crash(tick))
	}
}

// crash returns the crash point at a tick of the second life; ticks come in ascending order. While the recovery went on
// it was still finding out what the first crash had left, so the disk depends on the tick; afterwards one timeline
// serves all ticks.
func (s *second) crash(tick uint64) *faultfs.CrashPoint {
	if tick <= s.opened {
		return faultfs.NewTimeline(s.img, tick).Advance(tick)
	}
	if s.timeline == nil {
		s.timeline = faultfs.NewTimeline(s.img, s.img.Now())
	}
	return s.timeline.Advance(tick)
}

// secondLife repeats the image's path on a fresh copy. It returns nil if the repetition diverged.
func (w *worker) secondLife(at way) *second {
	clock := &history.Clock{}
	rec := history.NewRecorder(clock)
	path := &choices{steps: at.path.picks(), turned: at.path.turned}
	s := &second{}
	s.img = at.job.point.Image(faultfs.ImageOptions{
		Profile: w.plan.profile, Chooser: path, Tick: func() uint64 { return uint64(clock.Next()) },
	})
	path.begin(s.img.Now)
	live := afterlife(rec, at.job.draw)
	err := w.prober.recover(s.img, func(store workloads.Store) {
		s.opened, s.read = s.img.Now(), w.prober.state.Clone()
		live(store)
	})
	if path.diverged || err != nil && s.read == nil {
		w.tally.divergences++
		return nil
	}
	if err != nil {
		v := checker.Violation{Class: "unexpected error", Sentence: "the recovered store failed on a healthy disk: " + err.Error()}
		w.fail(s.img, at, "recovery", v)
		return nil
	}
	s.history = rec.Ops()
	s.after = checker.NewDurability(s.history, nil)
	s.cuts = newCuts(s.img.Trace(), s.history)
	return s
}

// crashSecond explores one crash of the second life.
func (w *worker) crashSecond(s *second, at way, point *faultfs.CrashPoint) {
	tick := point.Tick
	path := newChoices()
	for leaf, more := 0, true; more && leaf < maxImages/8; leaf++ {
		img := point.Image(faultfs.ImageOptions{Profile: w.plan.profile, Chooser: path})
		path.begin(img.Now)
		err := w.prober.recover(img, nil)
		w.tally.nested++
		w.progress.nested.Add(1)
		w.count(img, path)
		deep := at
		deep.nested = &nestedWay{Tick: tick, Leaf: leaf, Picks: path.picks()}
		if v := w.judgeSecond(s, at, tick, err); v != nil {
			w.fail(img, deep, "recovery", *v)
			return
		}
		if len(img.Trace()) > 0 { // otherwise the files are those that the first recovery left
			if v := w.prober.checkFiles(img); v != nil {
				w.fail(img, deep, "files", *v)
				return
			}
		}
		more = path.next()
	}
}

// judgeSecond judges the state after a crash of the second life. Before the recovery was done nobody had seen what it
// would show, so only the first life's promises count; afterwards what it showed is the beginning of the second life.
func (w *worker) judgeSecond(s *second, at way, tick uint64, err error) *checker.Violation {
	if err != nil {
		return refusal(err, &w.plan.fault)
	}
	r := w.verdictSecond(s, at, tick)
	if r.Verdict == checker.Pass || len(r.Violations) == 0 {
		return nil
	}
	v := r.Violations[0]
	v.Sentence = "after a crash during or just after recovery: " + v.Sentence
	if before := diffState(s.read, &s.last.state); before != "" {
		v.Evidence = append(v.Evidence, before)
	}
	return &v
}

func (w *worker) verdictSecond(s *second, at way, tick uint64) checker.Result {
	if s.last.tick == tick && s.last.state.Equal(&w.prober.state) {
		return s.last.result
	}
	var r checker.Result
	if tick <= s.opened {
		r = w.judge.Judge(at.job.cut, &w.prober.state, w.rule)
	} else {
		rule := checker.Rule{Suffix: w.rule.Suffix, Atomic: w.rule.Atomic}
		if w.plan.profile.Name == faultfs.LoseNone().Name {
			rule.Lower = w.rule.Lower
		}
		r = s.judge(s.cuts.at(tick), &w.prober.state, rule)
	}
	s.last.tick, s.last.result = tick, r
	s.last.state, w.prober.state = w.prober.state, s.last.state
	return r
}

// judge judges a state of the second life. What a client writes then sorts behind everything else, so mostly the state
// begins with all that was read, and only the rest is in question.
func (s *second) judge(cut history.Cut, state *history.State, rule checker.Rule) checker.Result {
	if rest, ok := state.Past(s.read); ok {
		return s.after.Judge(cut, rest, rule)
	}
	if s.whole == nil {
		s.whole = checker.NewDurability(s.history, s.read)
	}
	return s.whole.Judge(cut, state, rule)
}

// diffState names the first pair that differs between two states, in one line; empty if there is none.
func diffState(before, after *history.State) string {
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
