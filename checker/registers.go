package checker

import (
	"context"

	"github.com/lightningdb/lightning-torture/checker/internal/polygraph"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// RegisterIsolation judges transactions over keys that each hold one value at a time, where [Isolation] needs lists. A
// nil initial state is an empty store. All operations take part with all keys that they read or write. Open operations
// count as committed if a committed one saw what they wrote.
//
// Nobody observes the order in which a register was overwritten, so it is inferred: from who read what before whom
// and, at StrictSerializable, from who was answered before whom was called. Where that does not settle the order of
// two writers of a key, both orders are tried. If several transactions wrote the same value, a read may have seen any
// of them; all are tried, except those that real time rules out at StrictSerializable. Each choice is judged before
// the next one is made.
//
// The answer is exact unless limits.Steps ends the search or ctx is done; then it is Inconclusive. What a condition
// that did not hold says about a key is not used. Increments and appends to a register cannot be judged.
//
// The classes are those of [Isolation.JudgeHistory], except for these:
//
//	internal        a transaction does not see what it has itself written, or reads two values of a key
//	garbage value   a value that nobody wrote
//	no order        no short explanation: all orders were tried
func RegisterIsolation(ctx context.Context, ops []history.Op, initial *history.State, level Level, limits Limits) Result {
	r := Result{Judge: "register isolation", Verdict: Pass}
	if bad := Assumptions(ops); bad.Verdict != Pass {
		return r.unclear("%s", bad.Violations[0].Sentence)
	}
	g := newRegisters(ops, initial, level)
	if g.reason != "" {
		return r.unclear("%s", g.reason)
	}
	for _, v := range g.check() {
		r = r.fail(v)
	}
	if r.Verdict == Fail || level == ReadUncommitted {
		return r
	}
	s := &sourcing{registers: g, ctx: ctx, budget: limits.ensureDefaults().Steps}
	steps := s.budget
	outcome, v := s.certain()
	if v != nil {
		return r.fail(*v)
	}
	if len(s.ambiguous) > 0 {
		outcome = s.search()
	}
	switch outcome {
	case polygraph.Possible:
		return r
	case polygraph.Impossible:
		return r.fail(*g.accuseAll(level, s.tried))
	default:
		if err := context.Cause(ctx); err != nil {
			return r.unclear("the search for an order of %d transactions was given up: %v", len(g.txns), err)
		}
		if s.crowded && s.budget >= 0 {
			return r.unclear("there are more than %d pairs of transactions that wrote the same key and whose order is unknown", pairsMax)
		}
		return r.unclear("the search for an order of %d transactions, %d of whose reads may each have seen any of several writers, was "+
			"given up after %d steps", len(g.txns), len(s.ambiguous), steps)
	}
}
