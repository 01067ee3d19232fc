package explain

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
)

// Explain finds the missing order behind a failure after a crash: the fewest operations whose loss alone causes it, and
// the first event that should not have happened before they were durable. It recovers and judges images of its own. An
// image counts only if it shows the same failure: one of the same kind, about some of the same operations.
//
// After many crashes in a row it explains the last one. For a store that grows it says which calls make the files that
// remain; for a failure without a crash, from which operation on the disk is wrong. For rot, hangs and wrong copies it
// says which code of the engine took part. It returns nil if it finds nothing, as when something is wrong only in
// memory or when the image does not fail a second time.
func Explain(ctx context.Context, s *explore.Subject, f *explore.Failure) *Explanation {
	switch {
	case ctx.Err() != nil || f.Class == explore.NotDeterministic:
		return nil
	case f.Class == "hang":
		return stopped(f)
	}
	ctx, stop := context.WithTimeout(ctx, s.Patience)
	defer stop()
	done := make(chan *Explanation, 1) // buffered: the receiver may be gone
	var known atomic.Pointer[Explanation]
	go func() { done <- explained(ctx, s, f, &known) }()
	select {
	case x := <-done:
		return cmp.Or(x, known.Load())
	case <-ctx.Done(): // the engine may hang
		return known.Load()
	}
}

// explained is Explain without a limit of time. Before the last experiments, it stores what is known so far in known.
func explained(ctx context.Context, s *explore.Subject, f *explore.Failure, known *atomic.Pointer[Explanation]) *Explanation {
	switch {
	case f.Damage != nil:
		return rotten(ctx, s, f)
	case f.RecoveryFault != nil:
		return faultyCall(ctx, s, f)
	}
	if g := explore.GrowthOf(ctx, s, f); g != nil {
		return growth(s.Target.Packages, g)
	}
	x := &explainer{
		ctx: ctx, packages: s.Target.Packages, life: explore.NewLife(ctx, s, f), loseAnything: s.Recording.Plan.Model.Profile.Decides(),
		about: f.Ops, known: known,
	}
	if f.Tick == 0 {
		if judge.SeenInHistory(f.Class) {
			return x.wrongAnswer(s, f)
		}
		return x.withoutOrder(s, f)
	}
	if w := explore.WrongCallOf(s, f); w != nil {
		return x.wrongCall(w)
	}
	switch _, checked := x.life.(partly); {
	case checked:
		x.where = "on the disk of this check, "
	case f.Sessions > 0:
		x.where = fmt.Sprintf("in %d sessions after the crash, ", f.Sessions)
	case f.Crashes > 1:
		x.where = fmt.Sprintf("in the session before the last of %d crashes in a row, ", f.Crashes)
	}
	if e := cmp.Or(x.placed(x.settled(x.explain())), stopped(f)); e != nil {
		return e
	}
	return x.judged(explore.StandingError(s, f))
}

// placed prefixes the sentence of an explanation with the life that it is about, if that is not the recorded run.
func (x *explainer) placed(e *Explanation) *Explanation {
	if e != nil {
		e.Sentence = x.where + e.Sentence
	}
	return e
}

// Named is a life whose clients acknowledge with texts of their own, such as a line that a program prints.
type Named interface {
	explore.Life
	// AckText returns what the client said when it acknowledged an operation.
	AckText(op *history.Op) string
	// Place fills in where in the source an operation was made, if that is known.
	Place(op *faultfs.Op, site *Site)
}

// Life is like Explain, for a failure after a crash in the caller's implementation of a life, under a profile. It stops when
// ctx is done.
func Life(ctx context.Context, life Named, profile faultfs.Profile) *Explanation {
	x := &explainer{ctx: ctx, life: life, named: life, loseAnything: profile.Decides()}
	return x.settled(x.explain())
}

// sources returns what finds the place in the source of an operation of a trace.
func (x *explainer) sources(trace []faultfs.Op) *sources {
	if x.named != nil {
		return &sources{place: x.named.Place}
	}
	return newSources(x.packages, trace)
}

// explainer finds out which losses a failure needs.
type explainer struct {
	ctx          context.Context
	packages     []string // import patterns of the engine, from the target
	life         explore.Life
	named        Named // life, if its acknowledgements have texts
	loseAnything bool  // the profile leaves no choice about some operations: experiment with these losses too
	failsAnyhow  bool  // the failure was seen without a crash, so any failure about the same operations counts
	about        []int // IDs of the operations that the failure is about
	trials       int
	where        string                       // the beginning of the sentence, which says what life it is about; empty for the recorded run
	known        *atomic.Pointer[Explanation] // nil: nobody asks before the end
}

// maxTrials is how many images an explanation may recover.
const maxTrials = 2000

func (x *explainer) explain() *Explanation {
	if x.life == nil {
		return nil
	}
	tick := x.life.Tick()
	lost := x.life.Repeat()
	if x.loseAnything {
		x.life.LoseAnything()
	}
	all := lost
	switch {
	case !x.failsAt(tick, lost):
		return nil
	case len(lost) == 0 && !x.failsAt(tick, nil):
		return nil // the same image passes now: the store fails only sometimes
	case x.failsAt(tick, nil):
		return x.lossless(x.earliest(nil, tick), "nothing has to be lost")
	}
	lost = x.fewest(tick, x.life.Point(tick).Ops(), lost)
	x.learn(lost)
	defer x.forget()
	t := x.earliest(lost, tick)
	if early := x.before(lost[0]); t.atOnce && early != 0 && x.failsAt(early, nil) {
		return x.lossless(x.earliest(nil, early), "nothing has to be lost") // losing it amounts to crashing before it
	}
	if t.op == nil || x.failsAt(t.op.Tick, nil) {
		return nil // the store fails there without that loss too, so a different order is missing
	}
	if !t.atOnce && t.ack == nil && x.failsAt(t.op.Tick, slices.Concat(lost, x.made(t.op))) {
		t.atOnce = true // it fails without t.op on the disk as well, so the order of the two does not matter
	}
	e := x.describe(lost, t)
	if e != nil && x.failsAt(tick, x.uncovered(all, lost[0])) {
		e.Sentence += "; other losses of this image are enough, too"
	}
	return e
}

// learn keeps the losses as a provisional explanation, which stands if there is no time for more experiments.
func (x *explainer) learn(lost []faultfs.PendingOp) {
	if x.known != nil && !x.over() {
		x.known.Store(x.placed(x.describe(lost, turn{})))
	}
}

// forget drops the provisional explanation, unless the experiments that followed were cut short.
func (x *explainer) forget() {
	if x.known != nil && !x.over() {
		x.known.Store(nil)
	}
}

// made returns the pending operations that a call leaves right after it.
func (x *explainer) made(op *faultfs.Op) []faultfs.PendingOp {
	return slices.DeleteFunc(x.life.Point(op.Tick).Ops(), func(p faultfs.PendingOp) bool { return p.Earlier || p.Tick != op.Tick })
}

// uncovered returns the losses that remain if the missing orders are kept: those that syncs of the same files, or of the same
// directories, would not have prevented.
func (x *explainer) uncovered(all []faultfs.PendingOp, missing ...faultfs.PendingOp) []faultfs.PendingOp {
	return slices.DeleteFunc(slices.Clone(all), func(p faultfs.PendingOp) bool {
		other := opAt(x.life.TraceOf(p), p.Tick)
		return slices.ContainsFunc(missing, func(m faultfs.PendingOp) bool {
			op := opAt(x.life.TraceOf(m), m.Tick)
			return sameCall(p, m) || op != nil && other != nil && p.Earlier == m.Earlier && sameHalf(op, other)
		})
	})
}

// Others returns the losses that a sync of what the explanation misses would not have prevented: those of other files and other
// directories. The trace is that of the life that the explanation is about.
func (e *Explanation) Others(trace []faultfs.Op, all []faultfs.PendingOp) []faultfs.PendingOp {
	missing := opAt(trace, e.Missing.Tick)
	return slices.DeleteFunc(slices.Clone(all), func(p faultfs.PendingOp) bool {
		op := opAt(trace, p.Tick)
		return !p.Earlier && missing != nil && op != nil && (op == missing || sameHalf(op, missing))
	})
}

// withoutCrash explains a failure that was seen without a crash. Up to the return of the wrong operation, it looks for
// the first crash that fails although the disk kept everything.
func (x *explainer) withoutCrash(f *explore.Failure) *Explanation {
	x.failsAnyhow = true
	var last uint64
	for _, op := range x.life.History() {
		if slices.Contains(f.Ops, op.ID) && op.Return != history.Never {
			last = max(last, uint64(op.Return))
		}
	}
	return x.lossless(x.earliest(nil, last), "it is wrong on the disk as well")
}

// before returns the tick of the last operation before a pending one, or 0 if there is none in this life.
func (x *explainer) before(lost faultfs.PendingOp) (tick uint64) {
	for _, op := range x.life.Trace() {
		if lost.Earlier || op.Tick >= lost.Tick {
			break
		}
		if op.Changes() {
			tick = op.Tick
		}
	}
	return tick
}

// failsAt reports whether a crash at a tick that loses these operations and no others makes the store fail in the same way.
func (x *explainer) failsAt(tick uint64, lost []faultfs.PendingOp) bool {
	return x.fails(tick, x.life.Cut(tick), lost)
}

// fails is like failsAt, with a history cut of the caller's choice.
func (x *explainer) fails(tick uint64, cut history.Cut, lost []faultfs.PendingOp) bool {
	if x.exhausted() {
		return false
	}
	found := x.life.Try(x.life.Point(tick), idsOf(lost), cut)
	return found == explore.FailsAlike || x.failsAnyhow && found == explore.FailsAkin
}

// settled returns e, or nil if some experiments were cut short by the budget of trials or by the context. An answer from
// those would be wrong.
func (x *explainer) settled(e *Explanation) *Explanation {
	if x.over() {
		return nil
	}
	return e
}

// exhausted counts a trial and reports whether no more may be made.
func (x *explainer) exhausted() bool {
	x.trials++
	return x.over()
}

// over reports whether the budget is spent, or the context is done.
func (x *explainer) over() bool { return x.trials > maxTrials || x.ctx.Err() != nil }

// fewest reduces a loss that fails: to one whole call if that is enough, otherwise to the lost part of one call, otherwise to
// a set of calls from which none can be removed.
func (x *explainer) fewest(tick uint64, pending, lost []faultfs.PendingOp) []faultfs.PendingOp {
	calls := callsOf(lost)
	for _, all := range [][]faultfs.PendingOp{pending, lost} {
		if one := x.one(tick, all, lost, calls); one != nil {
			return x.innermost(tick, one)
		}
	}
	lost = x.half(tick, lost, calls)
	for _, call := range slices.Backward(calls) {
		rest := slices.DeleteFunc(slices.Clone(lost), func(op faultfs.PendingOp) bool { return sameCall(op, call) })
		if x.failsAt(tick, rest) {
			lost = rest
		}
	}
	return lost
}

// half returns the losses that one sync would have prevented, if losing these is enough to fail; otherwise all losses.
func (x *explainer) half(tick uint64, lost, calls []faultfs.PendingOp) []faultfs.PendingOp {
	var tried []faultfs.PendingOp
	for _, call := range calls {
		if len(x.uncovered([]faultfs.PendingOp{call}, tried...)) == 0 {
			continue
		}
		tried = append(tried, call)
		others := idsOf(x.uncovered(lost, call))
		some := slices.DeleteFunc(slices.Clone(lost), func(p faultfs.PendingOp) bool { return slices.Contains(others, p.ID) })
		if x.failsAt(tick, some) {
			return some
		}
	}
	return lost
}

// one returns the operations of a single call whose loss is enough to fail, or nil if there is no such call. If there are
// several, it prefers one whose sync would have saved the image, because only there does a missing sync explain the failure;
// otherwise it takes the first.
func (x *explainer) one(tick uint64, all, lost, calls []faultfs.PendingOp) (first []faultfs.PendingOp) {
	for _, call := range calls {
		one := parts(all, call)
		switch {
		case !x.failsAt(tick, one):
		case !x.failsAt(tick, x.uncovered(lost, call)):
			return one
		case first == nil:
			first = one
		}
	}
	return first
}

// innermost narrows the loss of a change of a name. Later changes of that name are lost along with it; if the loss of such a
// later change alone is enough, that one is returned. So if a file was created and then renamed, the explanation names the
// rename.
func (x *explainer) innermost(tick uint64, one []faultfs.PendingOp) []faultfs.PendingOp {
	op := opAt(x.life.TraceOf(one[0]), one[0].Tick)
	if op == nil || len(op.Edits) == 0 {
		return one
	}
	img := x.life.Point(tick).Losing(idsOf(one), faultfs.ImageOptions{})
	img.Decide()
	along := img.Lost()
	for _, call := range slices.Backward(callsOf(along)) {
		if sameCall(call, one[0]) {
			break
		}
		follows := opAt(x.life.TraceOf(call), call.Tick)
		if follows == nil || len(follows.Edits) == 0 || !sameHalf(op, follows) {
			continue
		}
		if last := parts(along, call); x.failsAt(tick, last) {
			return last
		}
	}
	return one
}

// callsOf returns one pending op of each call to which the given ops belong.
func callsOf(ops []faultfs.PendingOp) []faultfs.PendingOp {
	return slices.CompactFunc(slices.Clone(ops), sameCall)
}

func sameCall(a, b faultfs.PendingOp) bool { return a.Tick == b.Tick && a.Earlier == b.Earlier }

// parts returns those of the given ops that belong to the same call as call.
func parts(ops []faultfs.PendingOp, call faultfs.PendingOp) []faultfs.PendingOp {
	return slices.DeleteFunc(slices.Clone(ops), func(op faultfs.PendingOp) bool { return !sameCall(op, call) })
}
