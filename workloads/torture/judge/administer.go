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

// administration judges what the history shows of operations about the whole store, beyond what they read: others were kept
// out of an open store, and whoever only looked, or was kept out, changed nothing.
func (j *Judges) administration() checker.Result {
	result := checker.Result{Judge: "administration", Verdict: checker.Pass}
	fail := func(class string, op *history.Op, sentence string) {
		result.Verdict = checker.Fail
		v := checker.Violation{Class: class, Ops: []int{op.ID}, Sentence: sentence}
		result.Violations = append(result.Violations, v)
	}
	alone := j.recording.Plan.Clients() == 1 // otherwise the changes may be those of others
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

// refusedChanges is the class of the violation of an opener that was refused, and changed the disk.
const refusedChanges = "second opener changes"

// byClient reports whether a call changes the disk, and a client has made it: meanwhile the store that is open may work in the
// background, whatever Env.Inline says. A saved trace does not tell who made its calls.
func byClient(op *faultfs.Op) bool { return op.Changes() && stack.ByClient(op.PCs) }

// changedDuring reports whether there is such a change of the disk between call and answer of an operation.
func (j *Judges) changedDuring(op *history.Op, change func(*faultfs.Op) bool) bool {
	return slices.ContainsFunc(j.recording.Trace, func(call faultfs.Op) bool {
		return call.Tick > uint64(op.Call) && call.Tick < uint64(op.Return) && change(&call)
	})
}

// isRefused reports whether an operation failed as it may: a conflict, a second opener, or a store that was being closed.
func (g *gaps) isRefused(op *history.Op) bool {
	switch {
	case op.Outcome == history.Rejected && op.Err == appendlog.ErrOutOfRange.Error(): // the worker knows when a log may say so
		return true
	case op.Outcome == history.Acked && op.Err == workloads.ErrRefused.Error(): // it was opened before, and read too late
	case op.Outcome != history.Rejected:
		return false
	case op.Kind == history.SecondOpen:
		return op.Err == workloads.ErrLocked.Error()
	case inTxn(op.Kind) && op.Err == workloads.ErrConflict.Error(): // excuses says when it must not
		return true
	case len(op.Writes) > 0 && op.Err == workloads.ErrTooLarge.Error(): // the same
		return true
	}
	return g.shuts(op)
}

// shuts reports whether an operation may have been sent to a store that was closed.
func (g *gaps) shuts(op *history.Op) bool {
	return slices.ContainsFunc(g.times, func(t gap) bool { return g.idle[op.ID] < t.to && t.from < op.Shown() })
}

// gaps are the times in which a client had closed the store while others used it.
type gaps struct {
	times []gap
	idle  map[int]history.Tick // since when the client of an operation may have had the store at hand to which it was sent
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

// inTxn reports whether an operation may be a transaction of the store, and so lose against another one.
func inTxn(k history.Kind) bool {
	switch k {
	case history.Txn, history.CAS, history.Increment, history.Append:
		return true
	default:
		return false
	}
}
