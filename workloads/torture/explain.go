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
// that. It returns nil where it finds none: for a rotten bit, a hang, many crashes in a row, and where the same losses do
// not fail a second time.
func explain(ctx context.Context, e *exploration, f *failure) *Explanation {
	if f.tick == 0 || f.rot != nil || f.endured || f.Class == "hang" {
		return nil
	}
	done := make(chan *Explanation, 1) // buffered: nobody may be waiting any more
	go func() {
		x := &explainer{failure: f, scene: newScene(newExploration(e.recording, e.target), f)}
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
	failure *failure
	trials  int
}

// trialsMost is how many images an explanation may recover.
const trialsMost = 2000

func (x *explainer) explain() *Explanation {
	if x.scene == nil {
		return nil
	}
	tick, picks := x.crash()
	point := x.point(tick)
	path := &choices{steps: slices.Clone(picks), turned: -1}
	img := point.Image(faultfs.ImageOptions{Chooser: path})
	x.accept(img, path, x.cuts().at(tick), tick)
	lost := img.Lost()
	switch {
	case !x.fails(tick, x.cuts().at(tick), lost):
		return nil
	case len(lost) == 0 && !x.fails(tick, x.cuts().at(tick), nil):
		return nil // a store that fails now and then
	case x.fails(tick, x.cuts().at(tick), nil):
		return x.lossless(x.earliest(nil, tick))
	}
	lost = x.fewest(tick, point.Ops(), lost)
	t := x.earliest(lost, tick)
	if early := x.before(lost[0]); t.atOnce && early != 0 && x.fails(early, x.cuts().at(early), nil) {
		return x.lossless(x.earliest(nil, early)) // to lose it is to crash before it
	}
	return x.describe(lost, t)
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
	if x.trials++; x.trials > trialsMost {
		return false
	}
	ids := make([]uint64, len(lost))
	for i, op := range lost {
		ids[i] = op.ID
	}
	img := x.point(tick).Losing(ids, faultfs.ImageOptions{})
	return x.accept(img, newChoices(), cut, tick)
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
func (x *explainer) lossless(t turn) *Explanation {
	if t.op == nil {
		return nil
	}
	site := newSources(x.trace()).site(t.op)
	return &Explanation{
		By:       &site,
		Sentence: "it takes no loss: a crash right after " + site.text() + " fails although the disk kept everything",
	}
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
	e.Sentence += "; " + x.between(sources, first, until)
	if e.Lost > 1 {
		e.Sentence += fmt.Sprintf(" (%d operations had to be lost together)", e.Lost)
	}
	return e
}

// between says what became of the syncs that should have made an operation durable before a tick.
func (x *explainer) between(sources *sources, lost *faultfs.Op, until uint64) string {
	trace := x.trace()
	for i := range trace {
		op := &trace[i]
		if op.Kind != faultfs.OpSync || op.Tick <= lost.Tick || op.Tick > until || !syncs(op, lost) {
			continue
		}
		site := sources.site(op)
		if op.Fault != faultfs.NoEffect {
			return fmt.Sprintf("%s between did not work (%s)", site.text(), op.Fault)
		}
		return fmt.Sprintf("%s between did not make it durable", site.text())
	}
	if len(lost.Edits) > 0 {
		return "no sync of its directory between"
	}
	return "no sync of the file between"
}

// syncs reports whether a sync is of the file, or of a directory, that an operation changed.
func syncs(sync, op *faultfs.Op) bool {
	if len(op.Edits) == 0 {
		return sync.Ino == op.Ino
	}
	return slices.ContainsFunc(op.Edits, func(e faultfs.Edit) bool { return e.Parent == sync.Ino })
}
