package explain

import (
	"context"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
)

// Explain finds the missing order behind a failure after a crash: the fewest operations whose loss alone causes it, and
// the first thing that must not have happened before they were durable. To find out, it recovers and judges images of
// its own, and asks of each whether this very failure is there: the same kind, about the same operations. Of many crashes in
// a row it explains the last; of a store that grows it says what makes the files that are left. For a failure without a
// crash it also says since when the disk is wrong. It returns nil where it finds nothing: for rot, a hang, what is wrong
// only in memory, and losses that do not fail a second time.
func Explain(ctx context.Context, s *explore.Subject, f *explore.Failure) *Explanation {
	aside := f.Damage != nil || f.Class == "hang" || f.Class == explore.NotDeterministic
	if ctx.Err() != nil || aside || f.Tick == 0 && !judge.SeenInHistory(f.Class) {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, s.Patience)
	defer stop()
	done := make(chan *Explanation, 1) // buffered: perhaps nobody is waiting any more
	go func() {
		if f.RecoveryFault != nil {
			done <- faultyCall(ctx, s, f)
			return
		}
		if g := explore.GrowthOf(ctx, s, f); g != nil {
			done <- growth(s.Target.Packages, g)
			return
		}
		x := &explainer{
			ctx: ctx, packages: s.Target.Packages, life: explore.NewLife(ctx, s, f), loseAnything: s.Recording.Plan.Model.Profile.Decides(),
			about: f.Ops,
		}
		if f.Tick == 0 {
			done <- x.settled(x.withoutCrash(f))
			return
		}
		e := x.settled(x.explain())
		if e != nil && f.Crashes > 1 {
			e.Sentence = fmt.Sprintf("in the life before the last of %d crashes in a row, %s", f.Crashes, e.Sentence)
		}
		done <- e
	}()
	select {
	case x := <-done:
		return x
	case <-ctx.Done(): // the engine may hang
		return nil
	}
}

// Named is a life whose acknowledgements have texts of their own.
type Named interface {
	explore.Life
	// AckText returns what the client said when it acknowledged an operation.
	AckText(op *history.Op) string
}

// Life is Explain for a failure after a crash in a life of the caller's own. It ends when ctx is done.
func Life(ctx context.Context, life Named) *Explanation {
	x := &explainer{ctx: ctx, life: life, named: life}
	return x.settled(x.explain())
}

// explainer asks which losses a failure needs.
type explainer struct {
	ctx          context.Context
	packages     []string // of the engine, as the target names them
	life         explore.Life
	named        Named // life, if its acknowledgements have texts
	loseAnything bool  // the profile lost some operations itself: ask of each whether that was needed
	failsAnyhow  bool  // a crash may fail in any way about the same operations: what has to be explained was seen without one
	about        []int // operations that the failure is about
	trials       int
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
		return nil // the store fails only sometimes
	case x.failsAt(tick, nil):
		return x.lossless(x.earliest(nil, tick), "it takes no loss")
	}
	lost = x.fewest(tick, x.life.Point(tick).Ops(), lost)
	t := x.earliest(lost, tick)
	if early := x.before(lost[0]); t.atOnce && early != 0 && x.failsAt(early, nil) {
		return x.lossless(x.earliest(nil, early), "it takes no loss") // losing it is the same as crashing before it
	}
	if t.op == nil || x.failsAt(t.op.Tick, nil) {
		return nil // the store fails there without that loss, too: another order is missing
	}
	if !t.atOnce && t.ack == nil && x.failsAt(t.op.Tick, slices.Concat(lost, x.made(t.op))) {
		t.atOnce = true // what was done then does not matter: it need not have become durable before
	}
	e := x.describe(lost, t)
	if e != nil && x.failsAt(tick, x.uncovered(all, lost[0])) {
		e.Sentence += "; other losses of this image are enough, too"
	}
	return e
}

// made returns the pending operations of a call, right after it.
func (x *explainer) made(op *faultfs.Op) []faultfs.PendingOp {
	return slices.DeleteFunc(x.life.Point(op.Tick).Ops(), func(p faultfs.PendingOp) bool { return p.Earlier || p.Tick != op.Tick })
}

// uncovered returns the losses that are left once the order that is missing is kept: those that a sync of the same file, or of
// the same directory, would not have prevented.
func (x *explainer) uncovered(all []faultfs.PendingOp, missing faultfs.PendingOp) []faultfs.PendingOp {
	op := opAt(x.life.TraceOf(missing), missing.Tick)
	return slices.DeleteFunc(slices.Clone(all), func(p faultfs.PendingOp) bool {
		other := opAt(x.life.TraceOf(p), p.Tick)
		return sameCall(p, missing) || other != nil && p.Earlier == missing.Earlier && sameHalf(op, other)
	})
}

// withoutCrash looks for the first crash that fails although the disk kept everything, up to the tick at which the
// operation that was wrong in the run returned.
func (x *explainer) withoutCrash(f *explore.Failure) *Explanation {
	x.failsAnyhow = true
	var last uint64
	for _, op := range x.life.History() {
		if slices.Contains(f.Ops, op.ID) && op.Return != history.Never {
			last = max(last, uint64(op.Return))
		}
	}
	return x.lossless(x.earliest(nil, last), "it is wrong on the disk, too")
}

// before returns the tick of the last operation before a pending one; 0 if there is none in its life.
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

// failsAt reports whether the loss of these operations alone makes the store fail in the same way after a crash at a tick.
func (x *explainer) failsAt(tick uint64, lost []faultfs.PendingOp) bool {
	return x.fails(tick, x.life.Cut(tick), lost)
}

// fails is failsAt with the history cut elsewhere.
func (x *explainer) fails(tick uint64, cut history.Cut, lost []faultfs.PendingOp) bool {
	if x.exhausted() {
		return false
	}
	found := x.life.Try(x.life.Point(tick), idsOf(lost), cut)
	return found == explore.FailsAlike || x.failsAnyhow && found == explore.FailsAkin
}

// settled returns an explanation whose experiments all came to their end; nil otherwise.
func (x *explainer) settled(e *Explanation) *Explanation {
	if x.trials > maxTrials || x.ctx.Err() != nil {
		return nil
	}
	return e
}

// exhausted counts a trial and reports whether the budget of trials is spent, or nobody is waiting any more.
func (x *explainer) exhausted() bool {
	x.trials++
	return x.trials > maxTrials || x.ctx.Err() != nil
}

// fewest reduces what was lost to one whole call if that is enough, otherwise to a part of one call, otherwise to a set
// of calls from which none can be removed.
func (x *explainer) fewest(tick uint64, pending, lost []faultfs.PendingOp) []faultfs.PendingOp {
	calls := callsOf(lost)
	for _, all := range [][]faultfs.PendingOp{pending, lost} {
		if one := x.one(tick, all, lost, calls); one != nil {
			return x.innermost(tick, one)
		}
	}
	for _, call := range slices.Backward(calls) {
		rest := slices.DeleteFunc(slices.Clone(lost), func(op faultfs.PendingOp) bool { return sameCall(op, call) })
		if x.failsAt(tick, rest) {
			lost = rest
		}
	}
	return lost
}

// one returns the operations of a call whose loss alone is enough: of one whose order, if it had been kept, would have left an image
// that passes, or else of the first; nil if there is none.
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

// innermost returns the last change of a name that is enough to be lost among those that are lost along with another one: a file
// that was made and renamed is missed under the name that it has got.
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

// callsOf returns one pending op for each call that the given ops belong to.
func callsOf(ops []faultfs.PendingOp) []faultfs.PendingOp {
	return slices.CompactFunc(slices.Clone(ops), sameCall)
}

func sameCall(a, b faultfs.PendingOp) bool { return a.Tick == b.Tick && a.Earlier == b.Earlier }

// parts returns the given ops that belong to the same call as another.
func parts(ops []faultfs.PendingOp, call faultfs.PendingOp) []faultfs.PendingOp {
	return slices.DeleteFunc(slices.Clone(ops), func(op faultfs.PendingOp) bool { return !sameCall(op, call) })
}
