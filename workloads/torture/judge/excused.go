package judge

import (
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Some errors are right although nothing has failed. Each has a limit, so that no store can pass by returning it all the
// time:
//
//   - A transaction may conflict if an operation of another client overlapped it.
//   - A write may be too large unless an earlier one of the same kind, at least as large in every respect, was accepted.
//   - A second opener is kept out, as it should be.
//   - A store that a client has closed refuses the operations of others until it is open again.
//   - A log may report an index out of range if the client knows that it is.
//   - Transactions may fail freely if they are not promised, and so may anything after a fault that excuses errors.
//
// If a store answers all operations of a kind with such errors, nothing is known about them; see Answers.

// excuses fails if a conflict, or a refusal of a write as too large, was not justified.
func (j *Judges) excuses() checker.Result {
	result := checker.Result{Judge: "errors", Verdict: checker.Pass}
	fail := func(class string, op *history.Op, format string, args ...any) {
		result.Verdict = checker.Fail
		v := checker.Violation{Class: class, Ops: []int{op.ID}, Sentence: fmt.Sprintf("%s #%d by client %d ", op.Kind, op.ID, op.Client)}
		v.Sentence += fmt.Sprintf(format, args...)
		result.Violations = append(result.Violations, v)
	}
	ops, excused := j.recording.History, j.recording.Excused()
	answered, accepted := map[int]history.Tick{}, map[history.Kind][]commitSize{}
	for i := range ops {
		op := &ops[i]
		size := sizeOf(op.Writes, false)
		switch {
		case op.Shown() >= excused:
		case inTxn(op.Kind) && op.Err == workloads.ErrConflict.Error() && j.target.Promises.Transactions:
			if !overlapped(ops, i, answered) {
				fail("conflict alone", op, "conflicts, and no operation of another client overlapped it")
			}
		case op.Err == workloads.ErrTooLarge.Error() && op.Outcome == history.Rejected:
			if k := slices.IndexFunc(accepted[op.Kind], func(a commitSize) bool { return a.covers(size) && a.acked < op.Call }); k >= 0 {
				fail("not too large", op, "is refused as too large, with %v; #%d was accepted before, with %v", size, accepted[op.Kind][k].op, accepted[op.Kind][k])
			}
		case op.Wrote() && op.Outcome == history.Acked:
			a := sizeOf(op.Writes, true)
			a.op, a.acked = op.ID, op.Return
			accepted[op.Kind] = extend(accepted[op.Kind], a)
		}
		answered[op.Client] = max(answered[op.Client], op.Return)
	}
	return result
}

// overlapped reports whether an operation of another client overlapped operation i. answered has, by client, the time of the
// last return among the operations before i.
func overlapped(ops []history.Op, i int, answered map[int]history.Tick) bool {
	for client, until := range answered {
		if client != ops[i].Client && until > ops[i].Call {
			return true
		}
	}
	return i+1 < len(ops) && ops[i+1].Client != ops[i].Client && ops[i+1].Call < ops[i].Return
}

// commitSize is the size of a commit, in every respect in which a store may have a limit.
type commitSize struct {
	writes, key, value, bytes int // number of writes, longest key, longest value, total size in bytes
	least                     int // the shortest key in bytes: some stores do not take empty keys

	op    int // of an accepted commit: its ID
	acked history.Tick
}

// sizeOf measures writes. Deletions in an accepted commit are not counted: they may stand for the deletion of a range, which
// the client passed to the store in a few bytes.
func sizeOf(writes []history.Write, accepted bool) (s commitSize) {
	for _, w := range writes {
		if w.Delete && accepted {
			continue
		}
		if s.writes == 0 || len(w.Key) < s.least {
			s.least = len(w.Key)
		}
		s.writes++
		s.key, s.value = max(s.key, len(w.Key)), max(s.value, len(w.Value))
		s.bytes += len(w.Key) + len(w.Value)
	}
	return s
}

// covers reports whether another commit is not larger in any respect.
func (s commitSize) covers(other commitSize) bool {
	return other.writes > 0 && s.least <= other.least && s.writes >= other.writes && s.key >= other.key && s.value >= other.value && s.bytes >= other.bytes
}

func (s commitSize) String() string {
	return fmt.Sprintf("%d writes of %d bytes, keys of %d to %d and values up to %d", s.writes, s.bytes, s.least, s.key, s.value)
}

// extend adds an accepted commit, unless it is covered by an earlier one.
func extend(all []commitSize, a commitSize) []commitSize {
	if slices.ContainsFunc(all, func(b commitSize) bool { return b.covers(a) }) {
		return all
	}
	return append(all, a)
}

// fewAsked is the number of operations of a kind that may all fail without counting as evasive.
const fewAsked = 8

// Evasive reports whether so few operations of a kind were answered that nothing is known about them: no transaction at all
// (transactions may have to conflict), or less than a quarter of other operations.
func (a Answers) Evasive(kind history.Kind) bool {
	if inTxn(kind) {
		return a.Asked > fewAsked && a.Answered == 0
	}
	return a.Asked > fewAsked && 4*a.Answered < a.Asked
}

// Answers says how the operations of a kind were answered before any fault.
type Answers struct {
	Asked, Answered int    // operations called, and those answered without an error
	Err             string // the latest error; empty: there was none
}

// Answers counts, by kind, the operations that clients called before a fault hit, and those answered without an error. It
// leaves out second openers, which must fail; transactions that are not promised, which may; and empty batches, which every
// store accepts.
func (j *Judges) Answers() map[history.Kind]Answers {
	all := map[history.Kind]Answers{}
	excused, closed := j.recording.Excused(), gapsOf(j.recording.History)
	for i := range j.recording.History {
		op := &j.recording.History[i]
		unpromised := isTransaction(op.Kind) && !j.target.Promises.Transactions
		empty := op.Kind == history.Batch && len(op.Writes) == 0
		if op.Shown() >= excused || op.Kind == history.SecondOpen || unpromised || empty || closed.shuts(op) {
			continue
		}
		a := all[op.Kind]
		a.Asked++
		if op.Err == "" {
			a.Answered++
		} else {
			a.Err = op.Err
		}
		all[op.Kind] = a
	}
	return all
}
