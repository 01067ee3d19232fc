package torture

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// afterPrefix begins the keys that are written after a recovery; they sort behind all others.
const afterPrefix = "~after"

// afterlife is what a client does to a store that has just recovered: enough to write a log, a table and a manifest
// edit on top of what the crash left.
func afterlife(store workloads.Store, rec *history.Recorder, seed uint64) error {
	do := func(op history.Op, call func() error) error {
		handle := rec.Call(0, op)
		err := call()
		outcome := history.Acked
		if err != nil {
			outcome = history.Unknown
		}
		rec.Return(handle, nil, outcome, err)
		return err
	}
	put := func(i int, d history.Durability) error {
		w := []history.Write{{Key: fmt.Appendf(nil, afterPrefix+"%d", i), Value: fmt.Appendf(nil, "after %d %d", seed, i)}}
		op := history.Op{Kind: history.Put, Writes: w, Durability: d}
		return do(op, func() error { return store.Apply(w, d) })
	}
	err := errors.Join(put(0, history.NoSync), put(1, history.Sync))
	if m, ok := store.(workloads.Maintainer); ok {
		err = errors.Join(err, do(history.Op{Kind: history.Flush}, m.Flush))
	}
	return errors.Join(err, put(2, history.Sync))
}

// second is a recovery that is crashed in turn: the same image again, on a clock that its client shares.
type second struct {
	img     *faultfs.FS
	model   faultfs.Model  // of both crashes
	opened  uint64         // latest tick of the recovery itself
	read    *history.State // what the recovery showed
	judged  bool           // the first recovery of the image showed the same, and it was accepted
	history []history.Op
	after   *checker.Durability // judges what the second life wrote behind all that was read
	whole   *checker.Durability // judges all; made only if something of what was read has changed
	cuts    *cuts
	// timelines of the ticks after the recovery, and of those during it if nothing that it found is open.
	timeline, recovering *faultfs.Timeline
	// The latest verdict: most images of one crash point recover to the same state.
	last struct {
		cut    history.Cut
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
	switch {
	case w.nested != 0:
		ticks = slices.DeleteFunc(ticks, func(tick uint64) bool { return tick != w.nested })
	case w.plan.nest > 1:
		rng := rand.New(rand.NewPCG(at.job.draw, uint64(at.leaf)))
		rng.Shuffle(len(ticks), func(i, j int) { ticks[i], ticks[j] = ticks[j], ticks[i] })
		ticks = ticks[:min(len(ticks), nestedTicks)]
		slices.Sort(ticks)
	}
	for _, tick := range ticks {
		w.crashSecond(s, at, s.crash(tick), w.judgeSecond)
		if tick <= s.opened && w.target.Promises.RecoveryRepeats {
			w.crashSecond(s, at, s.interrupt(tick), w.judgeRepeated)
		}
	}
}

// crash returns the crash point at a tick of the second life; ticks come in ascending order. While the recovery went on
// it was still finding out what the first crash had left, so the disk depends on the tick; afterwards one timeline
// serves all ticks.
func (s *second) crash(tick uint64) *faultfs.CrashPoint {
	if tick <= s.opened {
		return faultfs.NewTimeline(s.img, s.model, tick).Advance(tick)
	}
	if s.timeline == nil {
		s.timeline = faultfs.NewTimeline(s.img, s.model, s.img.Now())
	}
	return s.timeline.Advance(tick)
}

// interrupt returns the crash point at a tick of the recovery if the first crash left for good what the recovery found;
// only what it did itself is open. Ticks come in ascending order.
func (s *second) interrupt(tick uint64) *faultfs.CrashPoint {
	if s.recovering == nil {
		s.recovering = faultfs.NewTimeline(s.img, s.model, s.opened)
	}
	return s.recovering.Advance(tick)
}

// secondLife repeats the image's path on a fresh copy. It returns nil if the repetition diverged.
func (w *worker) secondLife(at way) *second {
	clock := &history.Clock{}
	rec := history.NewRecorder(clock)
	path := &choices{steps: at.path.picks(), turned: at.path.turned}
	s := &second{model: w.plan.model}
	s.img = at.job.point.Image(faultfs.ImageOptions{
		Chooser: path, Callers: w.callers, Tick: func() uint64 { return uint64(clock.Next()) },
	})
	path.begin(s.img.Now)
	var failed error
	err := w.recover(recovery{
		img: s.img, probe: probeSeed(at.job.draw),
		live: func(store workloads.Store, read *history.State) {
			s.opened, s.read = s.img.Now(), read.Clone()
			l := &w.last
			s.judged = l.valid && l.bounds == at.job.bounds && l.result.Verdict == checker.Pass && l.state.Equal(read)
			failed = afterlife(store, rec, at.job.draw)
		},
	}, inside{s.img, at, path})
	if path.diverged {
		w.gaps = true
		w.tally.divergences++
	}
	if err := errors.Join(err, failed); err != nil {
		w.failSecond(s, at, err)
		return nil
	}
	if path.diverged {
		return nil
	}
	s.history = rec.Ops()
	s.after = checker.NewDurability(s.history, nil)
	s.cuts = newCuts(s.img.Trace(), s.history)
	return s
}

// failSecond keeps the error of a store that had been recovered from the same image before, without one.
func (w *worker) failSecond(s *second, at way, err error) {
	w.gaps = true
	v := refusal(err, &w.plan.fault)
	if v == nil {
		return
	}
	if v.Class == "does not recover" {
		v.Class, v.Sentence = "unexpected error", "the recovered store failed on a healthy disk: "+err.Error()
	}
	w.fail(s.img, at, "recovery", *v)
}

// judgeOfSecond judges what a recovery returned that followed a crash of the second life.
type judgeOfSecond func(s *second, at way, tick uint64, cut history.Cut, err error) *checker.Violation

// crashSecond explores one crash of the second life.
func (w *worker) crashSecond(s *second, at way, point *faultfs.CrashPoint, judge judgeOfSecond) {
	tick := point.Tick
	path, leaf := newChoices(), 0
	one := w.only != nil && w.only.nested != nil
	if one {
		path, leaf = alongside(w.only.nested.Picks), w.only.nested.Leaf
	}
	for more := true; more; leaf++ {
		if leaf == nestedImages && !one {
			w.gaps = true
			return
		}
		img := point.Image(faultfs.ImageOptions{Chooser: path})
		path.begin(img.Now)
		deep := at
		deep.nested = &nestedWay{Tick: tick, Leaf: leaf}
		r, about := recovery{img: img}, inside{s.img, deep, path}
		err := w.recover(r, about)
		shown := w.shown(err, deep)
		w.tally.nested++
		w.progress.nested.Add(1)
		w.count(img)
		deep.nested.Picks = path.picks()
		if v := judge(s, at, tick, s.cuts.at(tick), err); v != nil {
			w.fail(s.img, deep, "recovery", *v) // the trace that a finding shows is that of the first life
			return
		}
		if len(img.Trace()) > 0 { // otherwise the files are those that the first recovery left
			if v := w.prober.checkFiles(img); v != nil {
				w.fail(s.img, deep, "files", *v)
				return
			}
		}
		if shown != 0 {
			w.repeat(point, r, about, shown, func(_ *faultfs.FS, path *choices, err error) {
				deep.nested.Picks = path.picks()
				if v := judge(s, at, tick, s.cuts.at(tick), err); v != nil {
					w.fail(s.img, deep, "recovery", *v)
				}
			})
		}
		w.gaps = w.gaps || img.Sampled()
		if path.strayed() {
			w.gaps = true
			w.tally.divergences++
		}
		more = path.next() && !one
	}
}

// judgeRepeated demands of an interrupted recovery that the next one shows what it would have shown.
func (w *worker) judgeRepeated(s *second, _ way, _ uint64, _ history.Cut, err error) *checker.Violation {
	if err != nil {
		return refusal(err, &w.plan.fault)
	}
	if s.read.Equal(&w.prober.state) {
		return nil
	}
	differs := diffState(s.read, &w.prober.state)
	if differs == "" {
		differs = "and now the other way round: " + diffState(&w.prober.state, s.read)
	}
	return &checker.Violation{
		Class: "recovery does not repeat", Evidence: []string{differs},
		Sentence: "a recovery was interrupted by a power cut, and the next one found another state on the same disk",
	}
}

// judgeSecond judges the state after a crash of the second life. Before the recovery was done nobody had seen what it
// would show, so only the first life's promises count; afterwards what it showed is the beginning of the second life.
func (w *worker) judgeSecond(s *second, at way, tick uint64, cut history.Cut, err error) *checker.Violation {
	if err != nil {
		return refusal(err, &w.plan.fault)
	}
	r := w.verdictSecond(s, at, tick, cut)
	switch r.Verdict {
	case checker.Pass:
		return nil
	case checker.Inconclusive:
		w.unclear[r.Judge+": "+r.Reason]++
		return nil
	case checker.Fail:
	}
	v := r.Violations[0]
	if tick <= s.opened {
		w.mourn(v)
	}
	v.Sentence = "after a crash during or just after recovery: " + v.Sentence
	if before := diffState(s.read, &s.last.state); before != "" {
		v.Evidence = append(v.Evidence, before)
	}
	return &v
}

func (w *worker) verdictSecond(s *second, at way, tick uint64, cut history.Cut) checker.Result {
	if s.last.cut == cut && s.last.state.Equal(&w.prober.state) {
		return s.last.result
	}
	r := checker.Result{Verdict: checker.Pass} // who promises nothing has nothing to keep
	if tick <= s.opened {
		if s.judged && s.read.Equal(&w.prober.state) {
			return r
		}
		r = w.judge.Judge(at.job.cut, &w.prober.state, w.rule)
	} else if w.target.Promises.SyncSurvivesPowerCut || w.plan.Profile == faultfs.LoseNone().Name {
		rule := checker.Rule{Suffix: w.rule.Suffix, Atomic: w.rule.Atomic}
		if w.plan.Profile == faultfs.LoseNone().Name {
			rule.Lower = w.rule.Lower
		}
		r = s.judge(cut, &w.prober.state, rule)
	}
	s.last.cut, s.last.result = cut, r
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

// diffState names the first pair of a state that is missing in a later one, or another there, in one line; empty if there
// is none.
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
