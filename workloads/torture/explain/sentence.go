package explain

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
)

// lossless describes a failure that needs no loss: either recovery is wrong, or the disk was wrong before the crash.
func (x *explainer) lossless(t turn, what string) *Explanation {
	if t.op == nil {
		return nil
	}
	if life, is := x.life.(audited); is && t.atOnce {
		return x.afterAny(life.LastCall())
	}
	sources := x.sources(x.life.Trace())
	site := sources.site(t.op)
	e := &Explanation{
		By:       &site,
		Sentence: what + ": a crash right after " + site.text() + " fails although the disk kept everything",
	}
	if op := x.faultBefore(t.op.Tick); op != nil {
		// The mistake is how the engine went on after the fault, not any single call that it made then.
		failed := sources.site(op)
		e.Sentence += fmt.Sprintf("; before, %s had failed (%s)", failed.text(), op.Fault)
		return e
	}
	if op := x.culprit(t.op.Tick); op != nil {
		culprit := sources.site(op)
		e.Culprit = &culprit
		e.Sentence += "; it passes without " + culprit.text()
	} else if step, by := x.ledTo(t.op, sources); step != nil {
		e.Steps = []Site{*step}
		e.Sentence += fmt.Sprintf("; before that, %s had made %s", by, step.text())
	}
	if op, after := x.late(t.op.Tick); op != nil {
		late := sources.site(op)
		e.Late = &late
		e.Sentence += fmt.Sprintf("; %s came too late (%s): after it the same crash does no harm", apart(&late, &site, op, t.op), later(after))
	}
	return e
}

// apart is the text of an operation in a sentence that has just named another one. If only their bytes tell two writes
// apart, as with the pages of a memory map, it names those.
func apart(site, named *Site, op, before *faultfs.Op) string {
	if site.what() != named.what() || op.Kind != faultfs.OpWrite || before.Kind != faultfs.OpWrite || op.Off == before.Off {
		return site.text()
	}
	bytes := func(op *faultfs.Op) string {
		return fmt.Sprintf("bytes %d to %d", op.Off, op.Off+int64(len(op.Data))-1)
	}
	return fmt.Sprintf("that write was of %s, and the one of %s", bytes(before), bytes(op))
}

// audited is a life whose failure was found by an audit, which uses a recovered store.
type audited interface {
	// LastCall returns the call during which the audit fails, and one that would have done more in its place.
	LastCall() (last, instead explore.AuditCall)
}

// afterAny describes a failure of an audit after any crash, even the first one. Then no operation before the crash is to
// blame; it is what the store did when the audit used it.
func (x *explainer) afterAny(call, instead explore.AuditCall) *Explanation {
	if call.Disk == nil {
		return nil
	}
	e := &Explanation{Sentence: fmt.Sprintf("it fails after any crash, during %s on the recovered store, which changes and syncs nothing on the disk", call.What)}
	trace := call.Disk.Trace()
	if changes := changesOf(&call); len(changes) > 0 {
		site := x.sources(trace).site(changes[len(changes)-1])
		e.By = &site
		e.Sentence = fmt.Sprintf("it fails after any crash, during %s on the recovered store, whose last operation on the disk is %s", call.What, site.text())
	}
	if instead.Disk == nil {
		return e
	}
	if changes := changesOf(&instead); len(changes) > 0 {
		e.Steps = x.sources(instead.Disk.Trace()).steps(changes)
		e.Sentence += fmt.Sprintf("; %s in its place makes %s", instead.What, listed(e.Steps))
	}
	return e
}

// changesOf returns what a call did to its disk.
func changesOf(call *explore.AuditCall) (all []*faultfs.Op) {
	trace := call.Disk.Trace()
	for i := range trace {
		if op := &trace[i]; op.Tick > call.Began && op.Tick <= call.Ended && op.Changes() {
			all = append(all, op)
		}
	}
	return all
}

func later(operations int) string {
	if operations == 1 {
		return "as the next operation"
	}
	return fmt.Sprintf("%d operations later", operations)
}

// faultBefore returns the latest call up to a tick that was made to fail, or nil.
func (x *explainer) faultBefore(tick uint64) (latest *faultfs.Op) {
	trace := x.life.Trace()
	for i := range trace {
		if op := &trace[i]; op.Tick <= tick && op.Fault != faultfs.NoEffect && op.Fault != faultfs.Slow && op.Fault != faultfs.Stall {
			latest = op
		}
	}
	return latest
}

// describe puts the missing order into words.
func (x *explainer) describe(lost []faultfs.PendingOp, t turn) *Explanation {
	trace := x.life.TraceOf(lost[0])
	first, sources := opAt(trace, lost[0].Tick), x.sources(trace)
	if first == nil {
		return nil // it was made in an earlier life, whose trace is not kept
	}
	missing := sources.site(first)
	until := x.life.Tick()
	missing.Part = len(parts(lost, lost[0])) < len(parts(x.life.Point(until).Ops(), lost[0]))
	e := &Explanation{Lost: len(callsOf(lost)), Edges: x.edges(lost), Missing: &missing}
	switch {
	case t.ack != nil:
		until = uint64(t.ack.Return)
		e.By = &Site{Tick: until, Op: "acknowledgement", Path: x.commit(t.ack)}
		e.Sentence = fmt.Sprintf("%s was acknowledged before %s was durable", e.By.Path, missing.text())
	case t.op == nil || t.atOnce:
		e.Sentence = fmt.Sprintf("the loss of %s is enough by itself", missing.text())
	default:
		site := x.sources(x.life.Trace()).site(t.op)
		e.By, until = &site, t.op.Tick
		e.Sentence = fmt.Sprintf("%s became durable before %s", site.text(), missing.textAfter(&site))
	}
	text, some := x.between(e, sources, first, until)
	e.Sentence += text
	if last := lastSync(trace, first); last != nil && !some && e.By != nil {
		before := sources.site(last)
		e.Before = &before
		e.Sentence += fmt.Sprintf("; its last sync%s came too early for it", before.place())
	}
	switch {
	case e.Lost > 1 && e.Edges == 1:
		e.Sentence += fmt.Sprintf(" (%d operations had to be lost together, all of which that sync would have covered)", e.Lost)
	case e.Lost > 1:
		e.Sentence += fmt.Sprintf(" (%d operations had to be lost together)", e.Lost)
	}
	return e
}

// edges counts losses; those that one sync would have prevented count once.
func (x *explainer) edges(lost []faultfs.PendingOp) int {
	var halves []faultfs.PendingOp
	for _, p := range callsOf(lost) {
		if len(x.uncovered([]faultfs.PendingOp{p}, halves...)) > 0 {
			halves = append(halves, p)
		}
	}
	return len(halves)
}

// commit names an operation that was acknowledged.
func (x *explainer) commit(op *history.Op) string {
	if x.named != nil {
		return strconv.Quote(x.named.AckText(op))
	}
	if len(op.Writes) == 0 {
		return fmt.Sprintf("%s #%d", op.Kind, op.ID)
	}
	return fmt.Sprintf("commit #%d", op.ID)
}

// opAt returns the call at a tick, or nil if it is not in the trace.
func opAt(trace []faultfs.Op, tick uint64) *faultfs.Op {
	i := slices.IndexFunc(trace, func(op faultfs.Op) bool { return op.Tick == tick })
	if i < 0 {
		return nil
	}
	return &trace[i]
}

// between says what became of the syncs between an operation and a tick that should have made it durable, and whether there
// was any. The text continues a sentence.
func (x *explainer) between(e *Explanation, sources *sources, lost *faultfs.Op, until uint64) (text string, some bool) {
	var beside *faultfs.Op
	for i, trace := 0, x.life.Trace(); i < len(trace); i++ {
		op := &trace[i]
		if op.Kind != faultfs.OpSync || op.Tick <= lost.Tick || op.Tick > until {
			continue
		}
		if op.Fault == faultfs.Slow || op.Fault == faultfs.Stall {
			continue // this entry stands for the delay; the sync itself follows
		}
		switch site := sources.site(op); {
		case syncs(op, lost) && op.Fault != faultfs.NoEffect:
			return fmt.Sprintf("; the intervening %s did not take effect (%s)", site.what(), op.Fault), true
		case syncs(op, lost):
			return fmt.Sprintf("; the intervening %s did not make it durable", site.what()), true
		case x.syncsBeside(op, lost) && (beside == nil || shared(op.PCs, lost.PCs) > shared(beside.PCs, lost.PCs)):
			beside = op
		}
	}
	half, other := "the file", "its directory"
	if len(lost.Edits) > 0 {
		half, other = "its directory", "the file itself"
	}
	sentence := ", with no intervening sync of " + half
	if beside != nil {
		site := sources.site(beside)
		e.Beside = &site
		sentence += fmt.Sprintf(", only of %s%s", other, site.place())
	}
	return sentence, false
}

// lastSync returns the last sync of a file before an operation that changed its bytes, or nil.
func lastSync(trace []faultfs.Op, change *faultfs.Op) (last *faultfs.Op) {
	for i := range trace {
		op := &trace[i]
		if op.Tick >= change.Tick {
			break
		}
		if op.Kind == faultfs.OpSync && op.Fault == faultfs.NoEffect && len(change.Edits) == 0 && syncs(op, change) {
			last = op
		}
	}
	return last
}

// syncs reports whether a sync covers the file, or a directory, that an operation changed.
func syncs(sync, op *faultfs.Op) bool {
	if len(op.Edits) == 0 {
		return sync.Ino == op.Ino
	}
	return slices.ContainsFunc(op.Edits, func(e faultfs.Edit) bool { return e.Parent == sync.Ino })
}

// sameHalf reports whether two operations changed the same file, or names in the same directory.
func sameHalf(a, b *faultfs.Op) bool {
	if len(a.Edits) == 0 || len(b.Edits) == 0 {
		return len(a.Edits) == len(b.Edits) && a.Ino == b.Ino
	}
	return slices.ContainsFunc(a.Edits, func(e faultfs.Edit) bool {
		return slices.ContainsFunc(b.Edits, func(other faultfs.Edit) bool { return e.Parent == other.Parent })
	})
}

// syncsBeside reports whether a sync covers only the other half: the file that an operation named, or a directory that
// holds a name of the file that the operation changed.
func (x *explainer) syncsBeside(sync, op *faultfs.Op) bool {
	if len(op.Edits) > 0 {
		return slices.ContainsFunc(op.Edits, func(e faultfs.Edit) bool { return e.Ino == sync.Ino })
	}
	return slices.ContainsFunc(x.life.Trace(), func(t faultfs.Op) bool {
		return slices.ContainsFunc(t.Edits, func(e faultfs.Edit) bool { return e.Ino == op.Ino && e.Parent == sync.Ino })
	})
}

// shared returns the number of callers that two operations have in common, counted from the outermost one.
func shared(a, b []uintptr) (n int) {
	for n < min(len(a), len(b)) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// faultyCall explains a failure with a fault during recovery: it names the failing call with which the store did not cope.
func faultyCall(ctx context.Context, s *explore.Subject, f *explore.Failure) *Explanation {
	op, trace := explore.FaultyCall(ctx, s, f)
	if op == nil {
		return nil
	}
	site := newSources(s.Target.Packages, trace).site(op)
	return &Explanation{
		By:       &site,
		Sentence: fmt.Sprintf("%s failed during a recovery (%s); without that, nothing fails", site.text(), f.RecoveryFault.Rule),
	}
}
