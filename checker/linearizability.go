package checker

import (
	"context"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Limits bounds the search for an order. Its cost is exponential in the number of operations in flight at once. There is
// no limit of time: whether a verdict can be given must not depend on what else the machine does.
type Limits struct {
	WindowOps int // operations between two quiet full scans; 0: 1000
	Clients   int // operations in flight at once, those of open result included; 0: 8
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
// The history is judged in windows that end at quiet full scans. Operations of open result may take effect at any time
// after their call, or never; rejected ones take no part. A nil initial state is an empty store.
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
	x := newIndex(ops, initial)
	if x.reason != "" {
		return r.unclear("%s", x.reason)
	}
	if cut != nil {
		x = indexOf(upTo(ops, *cut), initial)
	}
	t := newTimeline(x, final)
	limits = limits.ensureDefaults()
	search := &search{timeline: t, ctx: ctx, limits: limits, open: make(map[int32][]step)}
	for i := range t.windows {
		w := &t.windows[i]
		parts := byKey(w, len(t.entries))
		for k := range parts {
			if len(parts[k]) == 0 {
				continue
			}
			entries := []int32{int32(k)}
			if r = search.check(r, w, entries, parts[k]); r.Verdict != Pass {
				return r
			}
		}
	}
	return r
}

// upTo returns the history as it was at a crash. IDs stay what they were.
func upTo(ops []history.Op, cut history.Cut) []history.Op {
	var before []history.Op
	for _, op := range ops {
		if op.Return > cut.Acked {
			if op.Call > cut.Called {
				continue
			}
			op.Return, op.Reads = history.Never, nil
			if op.Outcome != history.Rejected {
				op.Outcome = history.Unknown
			}
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
