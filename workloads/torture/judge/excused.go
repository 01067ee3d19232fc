package judge

import (
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Some errors are right although nothing has failed. Each has its bound, so that no store passes that hides behind it:
//
//   - A transaction may conflict if an operation of another client overlapped it.
//   - A write may be too large if none of its kind that was as large in every respect was accepted before.
//   - A second opener is kept out; that is what it is there for.
//   - A store that a client has closed refuses what others ask of it until it is open again.
//   - A log says that an index is out of its range where the client knows that it is.
//   - Transactions may fail as they like if they are not promised, and anything may once a fault has hit that excuses errors.
//
// What answers a kind of operations with nothing but such errors is not judged by it at all: see Answers.

// excuses fails if an error that may be right was wrong.
func (j *Judges) excuses() checker.Result {
	result := checker.Result{Judge: "errors", Verdict: checker.Pass}
	fail := func(class string, op *history.Op, format string, args ...any) {
		result.Verdict = checker.Fail
		v := checker.Violation{Class: class, Ops: []int{op.ID}, Sentence: fmt.Sprintf("%s #%d by client %d ", op.Kind, op.ID, op.Client)}
		v.Sentence += fmt.Sprintf(format, args...)
		result.Violations = append(result.Violations, v)
	}
	ops, excused := j.recording.History, j.recording.Excused()
	answered, accepted := map[int]history.Tick{}, map[history.Kind][]extentOf{}
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
			if k := slices.IndexFunc(accepted[op.Kind], func(a extentOf) bool { return a.covers(size) && a.acked < op.Call }); k >= 0 {
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

// overlapped reports whether an operation of another client ran at some time during operation i; answered says when the
// operations before it that each client has called had ended.
func overlapped(ops []history.Op, i int, answered map[int]history.Tick) bool {
	for client, until := range answered {
		if client != ops[i].Client && until > ops[i].Call {
			return true
		}
	}
	return i+1 < len(ops) && ops[i+1].Client != ops[i].Client && ops[i+1].Call < ops[i].Return
}

// extentOf is how large a commit is, in every respect in which a store may have a limit.
type extentOf struct {
	writes, key, value, bytes int // how many, the longest key and value, and all of them together
	least                     int // the shortest key: some stores have no empty ones

	op    int // of one that was accepted: its ID
	acked history.Tick
}

// sizeOf measures writes. Deletions may be those of a range, which the store was told in a few bytes, so they do not count for
// what a store has accepted.
func sizeOf(writes []history.Write, accepted bool) (s extentOf) {
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

// covers reports whether another commit is larger in no respect.
func (s extentOf) covers(other extentOf) bool {
	return other.writes > 0 && s.least <= other.least && s.writes >= other.writes && s.key >= other.key && s.value >= other.value && s.bytes >= other.bytes
}

func (s extentOf) String() string {
	return fmt.Sprintf("%d writes of %d bytes, keys of %d to %d and values up to %d", s.writes, s.bytes, s.least, s.key, s.value)
}

// extend adds an accepted commit to those that say most: who is covered by an earlier one says nothing.
func extend(all []extentOf, a extentOf) []extentOf {
	if slices.ContainsFunc(all, func(b extentOf) bool { return b.covers(a) }) {
		return all
	}
	return append(all, a)
}

// fewAsked is how many operations of a kind may fail without anybody thinking ill of it.
const fewAsked = 8

// Evasive reports whether so few were answered that nothing is known about what such operations do: none of the transactions, which
// may have had to conflict, and less than a quarter of the others.
func (a Answers) Evasive(kind history.Kind) bool {
	if inTxn(kind) {
		return a.Asked > fewAsked && a.Answered == 0
	}
	return a.Asked > fewAsked && 4*a.Answered < a.Asked
}

// Answers is how the operations of a kind were answered before any fault.
type Answers struct {
	Asked, Answered int
	Err             string // the latest error, if there was any
}

// Answers counts, by kind, the operations that clients called before a fault hit, and those of them that were answered without
// an error. Second openers must fail; what a target does not promise may; a batch without writes is refused by nobody.
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
