package judge

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/remains"
)

// Live says what is wrong with a run in which no power was cut.
type Live struct {
	Problems []checker.Violation // what ended the run, followed by what the judges found
	Unclear  []string            // for each judge without an answer, the reason
}

// Live judges what the clients saw while the store ran.
func (j *Judges) Live(ctx context.Context) Live {
	found := Live{Problems: slices.Clone(j.recording.Problems)}
	if r := j.written(); r.Verdict == checker.Fail { // everything else would only be a consequence
		found.Problems = slices.DeleteFunc(found.Problems, func(v checker.Violation) bool { return strings.HasPrefix(v.Class, remains.Class) })
		found.Problems = append(found.Problems, tagged(r)...)
		return found
	}
	for _, result := range j.liveResults(ctx) {
		switch result.Verdict {
		case checker.Fail:
			found.Problems = append(found.Problems, tagged(result)...)
		case checker.Inconclusive:
			found.Unclear = append(found.Unclear, result.Judge+": "+result.Reason)
		case checker.Pass:
		}
	}
	return found
}

func (j *Judges) liveResults(ctx context.Context) []checker.Result {
	ops := j.recording.History
	results := []checker.Result{checker.Assumptions(ops)}
	if results[0].Verdict != checker.Pass {
		return results
	}
	promises := &j.target.Promises
	results = append(results, checker.CheckReads(ops, nil, checker.MayShow{Late: !promises.Linearizable, Torn: !promises.AtomicBatch}))
	if promises.Linearizable {
		results = append(results, j.linearizability(ctx))
	}
	if j.bank != nil {
		results = append(results, j.bank.JudgeHistory(ops))
	}
	if j.isolation != nil {
		results = append(results, j.isolation.JudgeHistory())
	}
	if j.registers {
		results = append(results, checker.RegisterIsolation(ctx, ops, nil, j.level(), checker.Limits{}))
	}
	return append(results, j.unexpectedErrors(), j.excuses(), j.goingOn(), j.administration())
}

// linearizability judges whether there is one order of all operations. It includes transactions over the bank's accounts if
// they are promised to be strictly serializable.
func (j *Judges) linearizability(ctx context.Context) checker.Result {
	if j.bank != nil && j.target.Promises.Isolation == checker.StrictSerializable {
		return checker.BankLinearizability(ctx, j.recording.History, *j.bank, checker.Limits{})
	}
	return checker.Linearizability(ctx, j.recording.History, &history.State{}, nil, nil, checker.Limits{})
}

// tagged prefixes the classes of violations with the name of their judge.
func tagged(r checker.Result) []checker.Violation {
	violations := slices.Clone(r.Violations)
	for i := range violations {
		violations[i].Class = r.Judge + ": " + violations[i].Class
	}
	return violations
}

// unexpectedErrors fails if the store returned an error before any fault, unless isRefused allows that error. Whatever
// the faults, it also fails if a cursor or a stream went astray or a log has a gap.
func (j *Judges) unexpectedErrors() checker.Result {
	result := checker.Result{Judge: "errors", Verdict: checker.Pass}
	excused, transactions, closed := j.recording.Excused(), j.target.Promises.Transactions, gapsOf(j.recording.History)
	for i := range j.recording.History {
		op := &j.recording.History[i]
		if class := wrongAnswer(op.Err); class != "" { // no fault excuses it
			result.Verdict = checker.Fail
			result.Violations = append(result.Violations, checker.Violation{
				Class: class, Ops: []int{op.ID}, Sentence: fmt.Sprintf("%s #%d by client %d: %s", op.Kind, op.ID, op.Client, op.Err),
			})
			continue
		}
		if op.Err == "" || op.Shown() >= excused || closed.isRefused(op) || !transactions && isTransaction(op.Kind) {
			continue
		}
		result.Verdict = checker.Fail
		result.Violations = append(result.Violations, checker.Violation{
			Class: "unexpected error", Ops: []int{op.ID}, Cause: op.Err,
			Sentence: "the store returned an error on a disk that did what it was told: " + op.Kind.String() + ": " + op.Err,
			Evidence: largeOf(op),
		})
	}
	return result
}

// From these sizes on, in bytes, a key or a value may exceed the limits of a store.
const (
	largeKey   = 64
	largeValue = 4096
)

// largeOf returns a hint for an operation that may have failed because the store has limits that its target does not
// state. It returns nil if nothing in the operation is large.
func largeOf(op *history.Op) []string {
	key, value := 0, 0
	for _, w := range op.Writes {
		key, value = max(key, len(w.Key)), max(value, len(w.Value))
	}
	if key < largeKey && value < largeValue {
		return nil
	}
	return []string{fmt.Sprintf("its largest key has %d bytes and its largest value %d; if that is more than the store takes, state its limits in "+
		"Target.Largest, or return workloads.ErrTooLarge", key, value)}
}

// wrongAnswer returns the class of an error with which a client reports a wrong answer of the store, or "" if the error comes
// from the store.
func wrongAnswer(err string) string {
	switch {
	case strings.Contains(err, workloads.ErrAstray.Error()):
		return "astray"
	case strings.Contains(err, appendlog.ErrGap.Error()):
		return "gap"
	}
	return ""
}

func isTransaction(k history.Kind) bool { return k == history.Txn || k == history.Snapshot }

// SeenInHistory reports whether a violation of a run without a crash, given by its class, shows in the calls and
// answers of the clients. The following do not: a panic, a hang, an error of opening or closing the store, changes that
// a goroutine made to the disk, and whatever the store leaves behind.
func SeenInHistory(class string) bool {
	switch class {
	case "panic", "stop", "hang", "unexpected error", "durability: " + nothingWritten, "administration: " + refusedChanges:
		return false
	}
	return !strings.HasPrefix(class, remains.Class)
}
