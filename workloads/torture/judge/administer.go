package judge

import (
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// administration judges operations on the whole store, beyond what they read: an open store keeps second openers out,
// and neither a second opener that was kept out nor a read-only one changes anything.
func (j *Judges) administration() checker.Result {
	result := checker.Result{Judge: "administration", Verdict: checker.Pass}
	fail := func(class string, op *history.Op, sentence string) {
		result.Verdict = checker.Fail
		v := checker.Violation{Class: class, Ops: []int{op.ID}, Sentence: sentence}
		result.Violations = append(result.Violations, v)
	}
	alone := j.recording.Plan.Clients() == 1 // otherwise other clients may have made the changes
	for i := range j.recording.History {
		op := &j.recording.History[i]
		switch {
		case op.Kind == history.SecondOpen && op.Outcome == history.Acked:
			fail("second opener", op, "a store that was open could be opened a second time")
		case op.Kind == history.SecondOpen && op.Outcome == history.Rejected && alone && j.changedDuring(op, byClient):
			fail(refusedChanges, op, "an attempt to open a store that was open was refused, and changed the disk")
		case op.Kind == history.Look && alone && j.changedDuring(op, (*faultfs.Op).Changes):
			fail("read-only", op, "a store that was opened read-only changed the disk")
		}
	}
	return result
}

// refusedChanges is the class of violations in which a second opener was refused, but changed the disk.
const refusedChanges = "second opener changes"

// byClient reports whether a call changes the disk and was made by a client, not by the open store in the background (which
// may happen whatever Env.Inline says). Saved traces have no callers, so it is false for all of their calls.
func byClient(op *faultfs.Op) bool { return op.Changes() && stack.ByClient(op.PCs) }

// changedDuring reports whether the trace has such a change between the call and the return of an operation.
func (j *Judges) changedDuring(op *history.Op, change func(*faultfs.Op) bool) bool {
	return slices.ContainsFunc(j.recording.Trace, func(call faultfs.Op) bool {
		return call.Tick > uint64(op.Call) && call.Tick < uint64(op.Return) && change(&call)
	})
}

// isRefused reports whether an operation failed with an error that is allowed without a fault: a conflict, a limit, a second
// opener, or a store that was being closed.
func (g *gaps) isRefused(op *history.Op) bool {
	switch {
	case op.Outcome == history.Rejected && op.Err == appendlog.ErrOutOfRange.Error(): // the worker checks that it is justified
		return true
	case op.Outcome == history.Acked && op.Err == workloads.ErrRefused.Error(): // opened before the store was closed, read after
	case op.Outcome != history.Rejected:
		return false
	case op.Kind == history.SecondOpen:
		return op.Err == workloads.ErrLocked.Error()
	case inTxn(op.Kind) && op.Err == workloads.ErrConflict.Error(): // excuses judges whether it was justified
		return true
	case len(op.Writes) > 0 && op.Err == workloads.ErrTooLarge.Error(): // and here
		return true
	}
	return g.shuts(op)
}

// shuts reports whether an operation may have met a closed store.
func (g *gaps) shuts(op *history.Op) bool {
	return slices.ContainsFunc(g.times, func(t gap) bool { return g.idle[op.ID] < t.to && t.from < op.Shown() })
}

// gaps are the periods in which a client had closed the store while others were using it.
type gaps struct {
	times []gap
	// idle is, by operation, the time at which its client was last idle. The client may have taken the handle of the store,
	// to which it sent the operation, at any time since then.
	idle map[int]history.Tick
}

type gap struct{ from, to history.Tick }

func gapsOf(ops []history.Op) *gaps {
	g := &gaps{idle: map[int]history.Tick{}}
	answered := map[int]history.Tick{}
	for i := range ops {
		op := &ops[i]
		g.idle[op.ID] = answered[op.Client]
		answered[op.Client] = op.Return
		switch {
		case op.Kind == history.Close:
			g.times = append(g.times, gap{op.Call, history.Never})
		case op.Kind == history.Open && op.Outcome == history.Acked && len(g.times) > 0:
			g.times[len(g.times)-1].to = op.Return
		}
	}
	return g
}

// inTxn reports whether an operation may run as a transaction of the store, and so fail with a conflict.
func inTxn(k history.Kind) bool {
	switch k {
	case history.Txn, history.CAS, history.Increment, history.Append:
		return true
	default:
		return false
	}
}
