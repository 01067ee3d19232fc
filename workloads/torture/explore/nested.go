package explore

import (
	"errors"
	"math/rand/v2"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
	"github.com/lightningdb/lightning-torture/workloads/torture/visit"
)

const (
	nestedTicks  = 3             // operations at which a second life is crashed, if only some second lives are
	nestedImages = MaxImages / 8 // images of one crash of a second life
)

// nest recovers the image once more, lets a client write to the recovered store, and cuts the power again: at every
// operation of that second life, or at a few if only some recoveries are crashed. What one recovery has shown must not
// change, however often later recoveries are interrupted.
func (x *explorer) nest(at origin) {
	s := x.liveAgain(at)
	if s == nil {
		return
	}
	for _, tick := range x.nestedTicksOf(s, at) {
		if x.ended() {
			x.gaps = true
			return
		}
		x.crashSecond(s.crashAt(at, s.crash(tick), x.judgeSecond, s.accepted))
		if tick <= s.opened && x.subject.Target.Promises.RecoveryRepeats {
			x.crashSecond(s.crashAt(at, s.interrupt(tick), x.judgeRepeated, s.repeated))
		}
	}
}

// nestedTicksOf returns the ticks at which a second life is crashed. Ticks before this image's path departs from that of the
// previous image are left out: up to there both recoveries did the same, and they were crashed with the previous image.
func (x *explorer) nestedTicksOf(s *secondLife, at origin) []uint64 {
	var ticks []uint64
	fresh := at.path.Fresh()
	for _, op := range s.img.Trace() {
		if op.Changes() && (op.Tick >= fresh || op.Tick > s.opened) {
			ticks = append(ticks, op.Tick)
		}
	}
	switch req := x.shared.req; {
	case req.NestedTick != 0:
		ticks = slices.DeleteFunc(ticks, func(tick uint64) bool { return tick != req.NestedTick })
	case req.Nest > 1:
		rng := rand.New(rand.NewPCG(at.job.draw, uint64(at.leaf)))
		rng.Shuffle(len(ticks), func(i, j int) { ticks[i], ticks[j] = ticks[j], ticks[i] })
		ticks = ticks[:min(len(ticks), nestedTicks)]
		slices.Sort(ticks)
	}
	return ticks
}

// liveAgain repeats the image's path on a fresh copy and lets a client write. It returns nil if the repetition diverged.
func (x *explorer) liveAgain(at origin) *secondLife {
	clock := &history.Clock{}
	rec := history.NewRecorder(clock)
	path := at.path.Again()
	s := &secondLife{model: x.plan.Model, accepted: map[secondDisk]bool{}, repeated: map[secondDisk]bool{}}
	s.img = path.Image(at.job.point, faultfs.ImageOptions{
		Callers: x.callers, Tick: func() uint64 { return uint64(clock.Next()) },
	})
	var failed error
	_, err := x.recover(recovery.Call{
		Image: s.img, Probe: recovery.ProbeSeed(at.job.draw),
		Live: func(store workloads.Store, read *history.State) {
			s.opened, s.read = s.img.Now(), read.Clone()
			s.judged = x.verdicts.isLatest(at.job.bounds, read) && x.verdicts.latest.verdict.Verdict == checker.Pass
			failed = visit.New(x.subject.after, at.job.draw).Visit(store, rec)
		},
	}, attempt{s.img, at, path})
	if path.Diverged() {
		x.gaps = true
		x.diverged()
	}
	at.lived = true
	if err := errors.Join(err, failed); err != nil {
		x.failSecond(s.img, at, err)
		return nil
	}
	if path.Diverged() {
		return nil
	}
	first := &x.verdicts.latest // of this image, unless at.judged shows that another one was judged since
	if first.valid && at.judged == x.verdicts.kept && !first.state.Equal(s.read) && !x.subject.Target.RecoveryVaries {
		x.gaps, x.strayed = true, true
		x.fail(s.img, at, "recovery", *notDeterministic(first.state, s.read))
		return nil
	}
	s.history = rec.Ops()
	s.rest = checker.NewDurability(s.history, nil)
	s.cuts = record.NewCuts(s.img.Trace(), s.history)
	return s
}

// failSecond records an error of a recovered store. The first recovery of the same image had none.
func (x *explorer) failSecond(img *faultfs.FS, at origin, err error) {
	x.gaps = true
	v := recovery.Refusal(err, &x.plan.Fault, &x.subject.Target.Promises)
	if v == nil {
		return
	}
	if v.Class == recovery.DoesNotRecover {
		v.Class, v.Sentence = "unexpected error", "the recovered store failed on a healthy disk: "+err.Error()
	}
	x.fail(img, at, "recovery", *v)
}
