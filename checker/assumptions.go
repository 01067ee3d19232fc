package checker

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Assumptions checks what every other judge takes for granted: IDs are positions in the slice; operations are sorted
// by call; every call is before its return; an acknowledged operation was answered; and a client has at most one
// operation in flight. A Fail is the fault of whoever recorded the history, not of the store. Judges that also need
// unique values check that themselves.
func Assumptions(ops []history.Op) Result { return assume(ops, nil) }

// assumeUnique is Assumptions for judges that identify a write by its value. It also demands that no two writes
// assigned the same value to the same key.
func assumeUnique(ops []history.Op) Result { return assume(ops, map[string]int{}) }

// assume checks the assumptions. Unless writers is nil, it records there who wrote which value and demands that values
// be unique.
func assume(ops []history.Op, writers map[string]int) Result {
	r := Result{Judge: "assumptions", Verdict: Pass}
	busy := make(map[int]*history.Op) // the latest operation of each client
	for i := range ops {
		op := &ops[i]
		broken := wellFormed(ops, i)
		if prev := busy[op.Client]; broken == "" && prev != nil && prev.Return >= op.Call {
			broken = fmt.Sprintf("client %d called %s before %s was answered", op.Client, name(op), name(prev))
		}
		busy[op.Client] = op
		if broken == "" && writers != nil {
			broken = sameValue(op, writers)
		}
		if broken != "" {
			return r.fail(Violation{
				Class: "bad history", Sentence: "the history cannot be judged: " + broken, Ops: []int{op.ID},
			})
		}
	}
	return r
}

// wellFormed describes what is wrong with operation i on its own. It returns "" if nothing is.
func wellFormed(ops []history.Op, i int) string {
	op := &ops[i]
	switch {
	case op.ID != i:
		return fmt.Sprintf("operation #%d is at position %d", op.ID, i)
	case i > 0 && ops[i-1].Call >= op.Call:
		return fmt.Sprintf("%s was called at tick %d, not after %s at tick %d",
			name(op), op.Call, name(&ops[i-1]), ops[i-1].Call)
	case op.Call >= op.Return:
		return fmt.Sprintf("%s was called at tick %d and answered at tick %d", name(op), op.Call, op.Return)
	case op.ReadBy != 0 && op.ReadBy <= op.Return:
		return fmt.Sprintf("%s was answered at tick %d and had read all by tick %d", name(op), op.Return, op.ReadBy)
	case op.Return == history.Never && op.Outcome != history.Unknown:
		return fmt.Sprintf("%s was never answered, but is %s", name(op), op.Outcome)
	}
	return ""
}

// sameValue records the writes of op in writers. If one of them wrote a value that is recorded already, it says so;
// otherwise it returns "".
func sameValue(op *history.Op, writers map[string]int) string {
	for _, w := range op.Writes {
		if w.Delete || w.Change != history.Assign || op.Missed {
			continue
		}
		pair := fmt.Sprintf("%d:%s%s", len(w.Key), w.Key, w.Value)
		if first, twice := writers[pair]; twice {
			if first == op.ID {
				return fmt.Sprintf("#%d wrote the same value to %s twice", op.ID, KeyText(w.Key))
			}
			return fmt.Sprintf("#%d and #%d wrote the same value to %s", first, op.ID, KeyText(w.Key))
		}
		writers[pair] = op.ID
	}
	return ""
}

// fail returns the result as a Fail with one more violation.
func (r Result) fail(v Violation) Result {
	r.Verdict = Fail
	r.Violations = append(r.Violations, v)
	return r
}

// unclear returns the result as Inconclusive for the given reason.
func (r Result) unclear(format string, args ...any) Result {
	r.Verdict, r.Reason = Inconclusive, fmt.Sprintf(format, args...)
	return r
}
