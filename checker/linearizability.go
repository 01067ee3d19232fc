package checker

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Limits bounds the search for an order. Its cost is exponential in the number of operations in flight at once. There is
// no limit of time: whether a verdict can be given must not depend on what else the machine does.
//
// What a step costs in memory grows with the operations among which it chooses, so in the search for an order of more than
// 1,024 one counts as several.
type Limits struct {
	WindowOps int // operations on a key between two moments at which it is certain what it holds; 0: 1000
	Clients   int // operations in flight at once, those of open result included; 0: 8, or any number on keys whose values repeat
	Steps     int // tries to put one operation next, in the whole judgement; 0: 30,000,000, which take about ten seconds
}

func (l Limits) ensureDefaults() Limits {
	if l.WindowOps == 0 {
		l.WindowOps = 1000
	}
	if l.Clients == 0 {
		l.Clients = 8
	}
	if l.Steps == 0 {
		l.Steps = 30_000_000
	}
	return l
}

// Linearizability judges whether the operations on each key can be put in an order that fits both what they returned
// and the times at which they ran. Batches, scans and transactions take part with the keys that they touch: by
// locality, a store that is linearizable is so key by key; whether they are atomic is for other judges to say.
//
// Operations of open result may take effect at any time after their call, or never; rejected ones take no part. A nil
// initial state is an empty store. A value that nobody can have written is a violation by itself, whatever became of the
// operation that read it.
//
// Values may repeat, operations may have conditions, and they may add to numbers and append to values: then the key is
// judged by its values, between moments at which it is certain what it held. All other keys are judged by who wrote what,
// in windows that end at quiet full scans. The answer is exact for each key, with two exceptions, in which an order is
// accepted that there was not: if a condition on several keys did not hold, it is not asked which of them was why; and if
// a transaction does not say in which order it read and wrote, it may have read its own writes.
//
// If cut is not nil, the history is judged as it was at a crash: what had not returned is open, what had not been
// called is dropped. Final, if not nil, is what was read after everything, such as the recovered store. A crash may
// lose what was acknowledged without Sync, so judging across one is meaningful only where all commits must survive.
//
// The answer is Inconclusive if a limit was reached or ctx was done.
func Linearizability(
	ctx context.Context, ops []history.Op, initial, final *history.State, cut *history.Cut, limits Limits,
) Result {
	r := Result{Judge: "linearizability", Verdict: Pass}
	if bad := Assumptions(ops); bad.Verdict != Pass {
		return r.unclear("%s", bad.Violations[0].Sentence)
	}
	all := ops
	if cut != nil {
		ops = upTo(ops, *cut)
	}
	t := newTimeline(indexOf(ops, initial), final)
	if v := t.invented(all, final); v != nil {
		return r.fail(*v)
	}
	search := &search{timeline: t, ctx: ctx, limits: limits.ensureDefaults(), anyClients: limits.Clients == 0, open: make(map[int32][]step)}
	byValue := t.byValue()
	if r = search.checkWindows(r, byValue); r.Verdict == Fail {
		return r
	}
	var keys []int32
	for k, chosen := range byValue {
		if chosen {
			keys = append(keys, int32(k))
		}
	}
	if v := search.checkByValue(r, keys, final); v.Verdict != Pass && r.Verdict == Pass || v.Verdict == Fail {
		return v
	}
	return search.checkDeletes(r, byValue, final)
}

// checkWindows judges the keys that are not judged by their values. Those with too many operations in a window join these.
func (s *search) checkWindows(r Result, byValue []bool) Result {
	for i := range s.windows {
		w := &s.windows[i]
		parts := byKey(w, len(s.timeline.entries))
		for k := range parts {
			if len(parts[k]) > s.limits.WindowOps {
				byValue[k] = true // it may be certain at other moments, too, what the key holds
			}
			if len(parts[k]) == 0 || byValue[k] {
				continue
			}
			if r = s.check(r, w, []int32{int32(k)}, parts[k]); r.Verdict != Pass {
				return r
			}
		}
	}
	return r
}

// checkDeletes judges once more the keys on which deletes of open result were judged in more than one window: each of them
// can have taken effect only once, in all. It ends with a Fail or changes nothing, so the Pass is not taken back if a
// limit is in the way.
func (s *search) checkDeletes(r Result, byValue []bool, final *history.State) Result {
	if r.Verdict != Pass || len(s.windows) < 2 {
		return r
	}
	var keys []int32
	for k := range s.timeline.entries {
		if !byValue[k] && slices.ContainsFunc(s.timeline.entries[k].writers, func(w writer) bool { return w.delete && w.done == history.Never }) {
			keys = append(keys, int32(k))
		}
	}
	s.tried = 0
	if again := s.checkByValue(r, keys, final); again.Verdict == Fail {
		return again
	}
	return r
}

// invented looks for a value that no operation that may have taken effect assigned to the key. Where values come from
// others, only the search can tell. An operation may have read what one of all wrote that was cut off, as it had not
// returned at the crash.
func (t *timeline) invented(all []history.Op, final *history.State) *Violation {
	derived := make(map[string]bool)
	for i := range all {
		for _, w := range all[i].Writes {
			if w.Change != history.Assign {
				derived[string(w.Key)] = true
			}
		}
	}
	strange := func(key, value []byte) bool {
		if derived[string(key)] {
			return false
		}
		k, known := t.lookup(key)
		return !known || t.valueOf(k, value) == foreign
	}
	accuse := func(reader string, key, value []byte) *Violation {
		return &Violation{Class: "not linearizable", Sentence: fmt.Sprintf("no order of the operations on %s explains what they "+
			"read: %s reads a value that nobody wrote from %s: %s", KeyText(key), reader, KeyText(key), ValueText(value))}
	}
	for i := range t.ops {
		op := &t.ops[i]
		for j := range op.Reads {
			if r := &op.Reads[j]; r.Found && strange(r.Key, r.Value) && !own(op, r) && !assigned(all, r) {
				v := accuse(name(op), r.Key, r.Value)
				v.Ops, v.Evidence = []int{op.ID}, []string{testify(op)}
				return v
			}
		}
	}
	if final != nil {
		for key, value := range final.All() {
			if strange(key, value) {
				return accuse("the recovered store", key, value)
			}
		}
	}
	return nil
}

// assigned reports whether one of the operations may have written what a read shows.
func assigned(ops []history.Op, r *history.Read) bool {
	return slices.ContainsFunc(ops, func(op history.Op) bool {
		return op.Wrote() && slices.ContainsFunc(op.Writes, func(w history.Write) bool {
			return !w.Delete && bytes.Equal(w.Key, r.Key) && bytes.Equal(w.Value, r.Value)
		})
	})
}

// upTo returns the history as it was at a crash. IDs stay what they were.
func upTo(ops []history.Op, cut history.Cut) []history.Op {
	var before []history.Op
	for _, op := range ops {
		if op.Return > cut.Acked {
			if op.Call > cut.Called {
				continue
			}
			op.Return = history.Never
			if op.Outcome != history.Rejected {
				op.Outcome = history.Unknown
			}
		}
		if op.Shown() > cut.Acked {
			op.Reads = nil // what had been opened may not have been read yet
		}
		before = append(before, op)
	}
	return before
}

// byKey takes the steps of a window apart: for each key, what they do with that key.
func byKey(w *window, entries int) [][]step {
	parts := make([][]step, entries)
	part := func(s *step, k int32) *step {
		if n := len(parts[k]); n == 0 || parts[k][n-1].op != s.op {
			parts[k] = append(parts[k], step{op: s.op, call: s.call, done: s.done})
		}
		return &parts[k][len(parts[k])-1]
	}
	for i := range w.steps {
		s := &w.steps[i]
		for j, c := range s.reads {
			part(s, c.entry).reads = s.reads[j : j+1 : j+1]
		}
		for j, c := range s.writes {
			part(s, c.entry).writes = s.writes[j : j+1 : j+1]
		}
	}
	return parts
}

// BankLinearizability judges whole transactions: it looks for one order of all operations on the accounts in which
// each read what the ones before it wrote. It is what Linearizability is for single keys, with the same limits, and
// Inconclusive if there are more than 8 accounts.
func BankLinearizability(ctx context.Context, ops []history.Op, b Bank, limits Limits) Result {
	r := Result{Judge: "bank linearizability", Verdict: Pass}
	x := newIndex(ops, nil)
	if x.reason != "" {
		return r.unclear("%s", x.reason)
	}
	if x.repeated != "" {
		return r.unclear("%s", x.repeated)
	}
	t := newTimeline(x, nil)
	var accounts []int32
	for k := range t.entries {
		if b.IsAccount(t.entries[k].key) {
			accounts = append(accounts, int32(k))
		}
	}
	if len(accounts) == 0 {
		return r // nobody got as far as to touch one
	}
	if len(accounts) > groupKeys {
		return r.unclear("%d accounts are too many to search for one order of all transactions; the limit is %d",
			len(accounts), groupKeys)
	}
	limits = limits.ensureDefaults()
	search := &search{timeline: t, ctx: ctx, limits: limits, open: make(map[int32][]step)}
	for i := range t.windows {
		w := &t.windows[i]
		if r = search.check(r, w, accounts, only(w, accounts)); r.Verdict != Pass {
			break
		}
	}
	return r
}

// only returns what the steps of a window do with some keys.
func only(w *window, entries []int32) []step {
	var steps []step
	elsewhere := func(c cell) bool { return !slices.Contains(entries, c.entry) }
	for _, s := range w.steps {
		s.reads = slices.DeleteFunc(slices.Clone(s.reads), elsewhere)
		s.writes = slices.DeleteFunc(slices.Clone(s.writes), elsewhere)
		if len(s.reads)+len(s.writes) > 0 {
			steps = append(steps, s)
		}
	}
	return steps
}
