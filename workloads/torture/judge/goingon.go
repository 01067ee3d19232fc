package judge

import (
	"fmt"
	"path"
	"strings"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// goingOn demands that a store goes on after transient faults if it promises to: after the last failing call, only a limited
// number of operations of each client may fail.
func (j *Judges) goingOn() checker.Result {
	result := checker.Result{Judge: "errors", Verdict: checker.Pass}
	last, within, promised := j.transient()
	if !promised {
		return result
	}
	closed, failed := gapsOf(j.recording.History), map[int]int{}
	for i := range j.recording.History {
		op := &j.recording.History[i]
		if op.Err == "" || op.Call <= last || closed.isRefused(op) {
			continue
		}
		if failed[op.Client]++; failed[op.Client] > within {
			result.Verdict = checker.Fail
			result.Violations = append(result.Violations, checker.Violation{
				Class: "does not go on", Ops: []int{op.ID}, Cause: op.Err,
				Sentence: fmt.Sprintf("no call failed after tick %d, but client %d still gets an error: %s: %s",
					last, op.Client, op.Kind, op.Err),
			})
			return result
		}
	}
	return result
}

// transient returns the tick of the last fault that hit the run, and how many operations of a client may fail after it.
// promised is false if there was no fault, or if the store does not promise to go on after one of them.
func (j *Judges) transient() (last history.Tick, within int, promised bool) {
	for i := range j.recording.Trace {
		op := &j.recording.Trace[i]
		if op.Fault == faultfs.NoEffect {
			continue
		}
		n, ok := j.livesWith(op)
		if !ok {
			return 0, 0, false
		}
		last, within, promised = history.Tick(op.Tick), max(within, n), true
	}
	return last, within, promised
}

// livesWith reports whether the store promises to go on after a failed call, and how many operations may fail after it.
func (j *Judges) livesWith(op *faultfs.Op) (within int, promised bool) {
	for _, p := range j.target.Promises.RecoversAfterTransientFault {
		files, ok := strings.CutPrefix(p.Fault, op.Fault.String()+" "+op.Kind.String())
		if !ok {
			continue
		}
		if glob, named := strings.CutPrefix(files, " "); named {
			ok, _ = path.Match(glob, path.Base(op.Path))
		} else {
			ok = files == ""
		}
		if ok {
			within, promised = max(within, p.Within), true
		}
	}
	return within, promised
}
