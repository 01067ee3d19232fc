package checker

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Limits bounds the search for an order, whose cost is exponential in the number of operations in flight at once.
// There is no time limit, because the verdict must not depend on how busy the machine is.
//
// The memory that a step takes grows with the number of operations among which it chooses. So a step of a search among
// more than 1,024 operations counts as several.
type Limits struct {
	WindowOps int // operations on a key between two moments at which its value is certain, if the key is incremented or appended to; 0: 1000
	Clients   int // operations in flight at once, including open ones; 0: 8, or any number on keys judged by their values
	Steps     int // attempts to place one operation next, over the whole judgement; 0: 30,000,000, about ten seconds
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
// and the times at which they ran. Batches, scans and transactions take part with the keys that they touch.
// Linearizability is a local property: a store is linearizable if each key is. Whether batches, scans and transactions
// are atomic is for other judges to say.
//
// Open operations may take effect at any time after their call, or never; rejected ones take no part. A nil initial
// state is an empty store. A value that nobody can have written is a violation by itself, whatever became of the
// operation that read it.
//
// Values may repeat, and operations may have conditions, add to numbers or append to values. Keys with such operations
// are judged by their values, between moments at which their value is certain. All other keys are judged by who wrote
// what, in windows that end at quiet full scans. The answer is exact for each key, with two exceptions, in which an
// impossible order may be accepted. If a condition on several keys did not hold, the judge does not ask which of the
// keys was the reason. And if a transaction does not record the order of its reads and writes, it may have read its own
// writes.
//
// If cut is not nil, the history is judged as of a crash: operations that had not returned are open, and those that
// had not been called are dropped. If final is not nil, it is what was read after everything else, such as the
// recovered store. A crash may lose what was acknowledged without Sync, so judging across a crash is meaningful only
// where all commits must survive.
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

// checkWindows judges the keys that are not judged by their values. A key with too many operations in a window is
// added to byValue instead.
func (s *search) checkWindows(r Result, byValue []bool) Result {
	for i := range s.windows {
		w := &s.windows[i]
		parts := byKey(w, len(s.timeline.entries))
		for k := range parts {
			if len(parts[k]) > s.limits.WindowOps {
				byValue[k] = true // its value may be certain at other moments too
			}
			if len(parts[k]) == 0 || byValue[k] {
				continue
			}
			switch v := s.checkInWindow(r, w, int32(k), parts[k]); {
			case v.Verdict == Inconclusive && s.ctx.Err() == nil:
				byValue[k] = true // the search by values may succeed
			case v.Verdict != Pass:
				return v
			}
		}
	}
	return r
}

// checkInWindow judges a key in a window, with only firstSteps steps, because a search by values follows if these are not
// enough.
func (s *search) checkInWindow(r Result, w *window, k int32, steps []step) Result {
	limits := s.limits
	defer func() { s.limits = limits }()
	s.limits.Steps = min(limits.Steps, s.tried+firstSteps)
	return s.check(r, w, []int32{k}, steps)
}

// checkDeletes judges again the keys whose open deletes were judged in more than one window, because each delete can
// take effect only once overall. This search either finds a violation or changes nothing, so reaching a limit here does
// not take back a Pass.
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

// invented looks for a value that no operation that may have taken effect assigned to the key. Where values are derived
// from others, only the search can tell. The parameter all is the history without the cut, because an operation may
// have read what was written by another one that the cut drops.
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

// upTo returns the history as it was at a crash. IDs do not change.
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
			op.Reads = nil // what was open, such as an iterator, may not have been read yet
		}
		before = append(before, op)
	}
	return before
}

// byKey divides the steps of a window by key: for each key, what they do to it.
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

// BankLinearizability judges whole transactions. It looks for one order of all operations on the accounts in which
// each read what its predecessors wrote. It does for all accounts together what [Linearizability] does for single
// keys, with the same limits, and is Inconclusive if there are more than 8 accounts.
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
		return r // no operation touched an account
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

// only returns what the steps of a window do to the given keys.
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
