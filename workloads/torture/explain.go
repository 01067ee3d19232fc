package torture

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// explain finds the order that is missing behind a failure after a crash: the fewest operations whose loss alone causes
// it, and the first thing that must not have come before they were durable. It recovers and judges images of its own for
// that. Of a failure without a crash it tells since when the disk is wrong, too. It returns nil where it finds nothing: for
// a rotten bit, a hang, many crashes in a row, what is wrong in memory only, and where the same losses do not fail a second
// time.
func explain(ctx context.Context, e *exploration, f *failure) *Explanation {
	if f.rot != nil || f.endured || f.Class == "hang" || f.tick == 0 && !standsInHistory(f.Class) {
		return nil
	}
	done := make(chan *Explanation, 1) // buffered: nobody may be waiting any more
	go func() {
		x := &explainer{scene: newScene(newExploration(e.recording, e.target), f), freely: e.plan.model.Profile.Decides()}
		if f.tick == 0 {
			done <- x.live(f)
			return
		}
		done <- x.explain()
	}()
	patience := time.NewTimer(e.plan.patience)
	defer patience.Stop()
	select {
	case x := <-done:
		return x
	case <-ctx.Done():
	case <-patience.C:
	}
	return nil
}

// explainer asks which losses a failure needs.
type explainer struct {
	scene
	freely bool // the profile lost some operations itself: ask of each whether that was needed
	anyhow bool // a crash may fail in any way: what it is to explain was seen without one
	trials int
}

// trialsMost is how many images an explanation may recover.
const trialsMost = 2000

func (x *explainer) explain() *Explanation {
	if x.scene == nil {
		return nil
	}
	tick, picks := x.crash()
	point := x.point(tick)
	path := alongside(picks)
	img := point.Image(faultfs.ImageOptions{Chooser: path})
	x.accept(img, path, x.cuts().at(tick), tick)
	lost := img.Lost()
	if x.freely {
		x.free()
	}
	switch {
	case !x.fails(tick, x.cuts().at(tick), lost):
		return nil
	case len(lost) == 0 && !x.fails(tick, x.cuts().at(tick), nil):
		return nil // a store that fails now and then
	case x.fails(tick, x.cuts().at(tick), nil):
		return x.lossless(x.earliest(nil, tick), "it takes no loss")
	}
	lost = x.fewest(tick, point.Ops(), lost)
	t := x.earliest(lost, tick)
	if early := x.before(lost[0]); t.atOnce && early != 0 && x.fails(early, x.cuts().at(early), nil) {
		return x.lossless(x.earliest(nil, early), "it takes no loss") // to lose it is to crash before it
	}
	return x.describe(lost, t)
}

// live looks for the first crash until what was wrong in the run had returned that fails although the disk kept everything.
func (x *explainer) live(f *failure) *Explanation {
	x.anyhow = true
	var last uint64
	for _, op := range x.history() {
		if slices.Contains(f.Ops, op.ID) && op.Return != history.Never {
			last = max(last, uint64(op.Return))
		}
	}
	return x.lossless(x.earliest(nil, last), "it is wrong on the disk, too")
}

// before returns the tick of the last operation before a pending one; 0 if there is none in its life.
func (x *explainer) before(lost faultfs.PendingOp) (tick uint64) {
	for _, op := range x.trace() {
		if lost.Earlier || op.Tick >= lost.Tick {
			break
		}
		if op.Changes() {
			tick = op.Tick
		}
	}
	return tick
}

// fails reports whether the loss of these operations alone makes the store fail in the same way.
func (x *explainer) fails(tick uint64, cut history.Cut, lost []faultfs.PendingOp) bool {
	if x.spent() {
		return false
	}
	ids := make([]uint64, len(lost))
	for i, op := range lost {
		ids[i] = op.ID
	}
	img := x.point(tick).Losing(ids, faultfs.ImageOptions{})
	found := x.accept(img, newChoices(), cut, tick)
	return found == failsAlike || x.anyhow && found == failsOtherwise
}

// spent counts a trial and reports whether there were enough of them.
func (x *explainer) spent() bool {
	x.trials++
	return x.trials > trialsMost
}

// fewest reduces what was lost: to one whole call if that is enough, to a part of one call, or else to calls of which none
// can be spared.
func (x *explainer) fewest(tick uint64, pending, lost []faultfs.PendingOp) []faultfs.PendingOp {
	calls, cut := callsOf(lost), x.cuts().at(tick)
	for _, all := range [][]faultfs.PendingOp{pending, lost} {
		for _, call := range calls {
			if one := parts(all, call); x.fails(tick, cut, one) {
				return one
			}
		}
	}
	for _, call := range slices.Backward(calls) {
		rest := slices.DeleteFunc(slices.Clone(lost), func(op faultfs.PendingOp) bool { return sameCall(op, call) })
		if x.fails(tick, cut, rest) {
			lost = rest
		}
	}
	return lost
}

// callsOf returns one pending op for each call that some are parts of.
func callsOf(ops []faultfs.PendingOp) []faultfs.PendingOp {
	return slices.CompactFunc(slices.Clone(ops), sameCall)
}

func sameCall(a, b faultfs.PendingOp) bool { return a.Tick == b.Tick && a.Earlier == b.Earlier }

// parts returns those of some ops that are parts of one call.
func parts(ops []faultfs.PendingOp, call faultfs.PendingOp) []faultfs.PendingOp {
	return slices.DeleteFunc(slices.Clone(ops), func(op faultfs.PendingOp) bool { return !sameCall(op, call) })
}

// turn is what makes a loss fatal.
type turn struct {
	op     *faultfs.Op // the filesystem operation after which a crash fails for the first time
	ack    *history.Op // set if it does so only because this commit had been acknowledged by then
	atOnce bool        // no earlier crash could have had the loss
}

// earliest returns the turn: the earliest crash that fails with these operations lost and everything else kept.
func (x *explainer) earliest(lost []faultfs.PendingOp, last uint64) turn {
	trace, atOnce := x.trace(), true
	for i := range trace {
		op := &trace[i]
		if op.Tick > last {
			break
		}
		if !op.Changes() || len(lost) > 0 && !lost[0].Earlier && op.Tick < lost[0].Tick {
			continue
		}
		cut := x.cuts().at(op.Tick)
		if !x.fails(op.Tick, cut, lost) {
			atOnce = false
			continue
		}
		t := turn{op: op, atOnce: atOnce}
		if !x.fails(op.Tick, history.Cut{Acked: history.Tick(op.Tick), Called: cut.Called}, lost) {
			t.ack = x.acked(cut)
		}
		return t
	}
	return turn{}
}

// acked returns the latest commit of which a crash at the cut says that it was acknowledged.
func (x *explainer) acked(cut history.Cut) *history.Op {
	var latest *history.Op
	ops := x.history()
	for i := range ops {
		op := &ops[i]
		if len(op.Writes) > 0 && op.Outcome == history.Acked && op.Return <= cut.Acked &&
			(latest == nil || op.Return > latest.Return) {
			latest = op
		}
	}
	return latest
}

// lossless describes a failure that needs no loss: recovery is wrong, or what is on the disk at that time.
func (x *explainer) lossless(t turn, what string) *Explanation {
	if t.op == nil {
		return nil
	}
	sources := newSources(x.trace())
	site := sources.site(t.op)
	e := &Explanation{
		By:       &site,
		Sentence: what + ": a crash right after " + site.text() + " fails although the disk kept everything",
	}
	if op := x.culprit(t.op.Tick); op != nil {
		culprit := sources.site(op)
		e.Culprit = &culprit
		e.Sentence += "; it would not without " + culprit.text()
	}
	return e
}

// culprit returns the last operation before a crash without which the crash would do no harm; nil if there is none.
func (x *explainer) culprit(crash uint64) *faultfs.Op {
	trace := x.trace()
	for i := len(trace) - 1; i >= 0 && !x.spent(); i-- {
		op := &trace[i]
		if op.Tick >= crash || op.Kind != faultfs.OpWrite && op.Kind != faultfs.OpTruncate && op.Kind != faultfs.OpRemove {
			continue
		}
		point := x.without(i, crash)
		if point == nil {
			return nil
		}
		if x.accept(point.Losing(nil, faultfs.ImageOptions{}), newChoices(), x.cuts().at(crash), crash) == accepted {
			return op
		}
	}
	return nil
}

// describe puts the missing order into words.
func (x *explainer) describe(lost []faultfs.PendingOp, t turn) *Explanation {
	first, sources := x.op(lost[0])
	missing := sources.site(first)
	until, _ := x.crash()
	missing.Part = len(parts(lost, lost[0])) < len(parts(x.point(until).Ops(), lost[0]))
	e := &Explanation{Lost: len(callsOf(lost)), Missing: &missing}
	switch {
	case t.ack != nil:
		until = uint64(t.ack.Return)
		e.By = &Site{Tick: until, Op: "acknowledgement", Path: fmt.Sprintf("commit #%d", t.ack.ID)}
		e.Sentence = fmt.Sprintf("commit #%d was acknowledged before %s was durable", t.ack.ID, missing.text())
	case t.op == nil || t.atOnce:
		e.Sentence = fmt.Sprintf("the loss of %s is enough by itself", missing.text())
	default:
		site := newSources(x.trace()).site(t.op)
		e.By, until = &site, t.op.Tick
		e.Sentence = fmt.Sprintf("%s became durable before %s", site.text(), missing.text())
	}
	e.Sentence += "; " + x.between(e, sources, first, until)
	if e.Lost > 1 {
		e.Sentence += fmt.Sprintf(" (%d operations had to be lost together)", e.Lost)
	}
	return e
}

// between says what became of the syncs that should have made an operation durable before a tick.
func (x *explainer) between(e *Explanation, sources *sources, lost *faultfs.Op, until uint64) string {
	var beside *faultfs.Op
	for i, trace := 0, x.trace(); i < len(trace); i++ {
		op := &trace[i]
		if op.Kind != faultfs.OpSync || op.Tick <= lost.Tick || op.Tick > until {
			continue
		}
		switch site := sources.site(op); {
		case syncs(op, lost) && op.Fault != faultfs.NoEffect:
			return fmt.Sprintf("%s between did not work (%s)", site.text(), op.Fault)
		case syncs(op, lost):
			return fmt.Sprintf("%s between did not make it durable", site.text())
		case x.syncsBeside(op, lost) && (beside == nil || shared(op.PCs, lost.PCs) > shared(beside.PCs, lost.PCs)):
			beside = op
		}
	}
	half, other := "the file", "its directory"
	if len(lost.Edits) > 0 {
		half, other = "its directory", "the file itself"
	}
	sentence := fmt.Sprintf("no sync of %s between", half)
	if beside != nil {
		site := sources.site(beside)
		e.Beside = &site
		sentence += fmt.Sprintf(", only of %s%s", other, site.place())
	}
	return sentence
}

// syncs reports whether a sync is of the file, or of a directory, that an operation changed.
func syncs(sync, op *faultfs.Op) bool {
	if len(op.Edits) == 0 {
		return sync.Ino == op.Ino
	}
	return slices.ContainsFunc(op.Edits, func(e faultfs.Edit) bool { return e.Parent == sync.Ino })
}

// syncsBeside reports whether a sync is of the file to which an operation gave a name, or of a directory with a name of the
// file that it changed.
func (x *explainer) syncsBeside(sync, op *faultfs.Op) bool {
	if len(op.Edits) > 0 {
		return slices.ContainsFunc(op.Edits, func(e faultfs.Edit) bool { return e.Ino == sync.Ino })
	}
	trace := x.trace()
	return slices.ContainsFunc(trace, func(t faultfs.Op) bool {
		return slices.ContainsFunc(t.Edits, func(e faultfs.Edit) bool { return e.Ino == op.Ino && e.Parent == sync.Ino })
	})
}

// shared returns how many callers two operations have in common, counted from the outermost.
func shared(a, b []uintptr) (n int) {
	for n < min(len(a), len(b)) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}
