package checker_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// The histories contain values that do not identify their writers. Each history that must fail comes with the nearest
// one that must pass.
func TestLinearizabilityByValues(t *testing.T) {
	const unwritten = "a value that nobody wrote"
	for _, row := range []struct {
		name, ops      string
		initial, final *history.State
		limits         checker.Limits
		says           string // part of the sentence of a Fail; "" for a Pass
		unclear        string
	}{
		{name: "a value comes back because it is written again", ops: "0 1-2 put a=1\n0 3-4 put a=2\n0 5-6 put a=1\n1 7-8 get a=1"},
		{
			name: "a value comes back by itself", ops: "0 1-2 put a=1\n0 3-4 put a=1\n0 5-6 put a=2\n1 7-8 get a=1",
			says: "get #3 by client 1 finds 1 in a, which holds 2",
		},
		{name: "the initial value is written again", ops: "0 1-2 put a=1\n0 3-4 get a=1", initial: pairs("a=1")},
		{
			name: "the initial value is not there", ops: "0 1-2 get a\n0 3-4 put a=1", initial: pairs("a=1"),
			says: "finds nothing in a, which holds 1",
		},
		{name: "an open write may take effect once", ops: "0 1-2 put/unknown a=1\n1 3-4 put a=2\n1 5-6 put a=2\n1 7-8 get a=1"},
		{
			name: "an open write may not take effect twice",
			ops:  "0 1-2 put/unknown a=1\n1 3-4 put a=2\n1 5-6 get a=1\n1 7-8 put a=2\n1 9-10 get a=1",
			says: "finds 1 in a, which holds 2",
		},
		{
			name: "an open write may not take effect in two windows",
			ops:  "0 1-2 put/unknown a=1\n1 3-4 put a=2\n1 5-6 get a=1\n1 7-8 put a=2\n1 9-10 scan a=2\n1 11-12 get a=1",
			says: "finds 1 in a, which holds 2",
		},
		{
			name: "an open delete may not take effect in two windows",
			ops:  "0 1-2 delete/unknown a-\n1 3-4 put a=1\n1 5-6 get a\n1 7-8 scan\n1 9-10 put a=2\n1 11-12 get a",
			says: "finds nothing in a, which holds 2",
		},
		{name: "a compare-and-set finds what it compares with", ops: "0 1-2 put a=1\n0 3-4 cas a=1 | a=2\n1 5-6 get a=2"},
		{
			name: "a compare-and-set succeeds on another value", ops: "0 1-2 put a=1\n0 3-4 cas a=3 | a=2",
			says: "commit #1 by client 0 finds 3, a value that nobody wrote, in a, which holds 1",
		},
		{name: "a compare-and-set misses", ops: "0 1-2 put a=1\n0 3-4 cas/missed a=2 | a=3\n1 5-6 get a=1"},
		{
			name: "a compare-and-set misses what is there", ops: "0 1-2 put a=1\n0 3-4 cas/missed a=1 | a=3",
			says: "commit #1 by client 0 was told that a does not hold 1, which it holds",
		},
		{
			name: "a compare-and-set that missed has written", ops: "0 1-2 put a=1\n0 3-4 cas/missed a=2 | a=3\n1 5-6 get a=3",
			says: "get #2 by client 1 reads " + unwritten + " from a: 3",
		},
		{name: "a compare-and-set on an absent key", ops: "0 1-2 cas a- | a=1\n1 3-4 cas/missed a- | a=2\n1 5-6 get a=1"},
		{name: "an open compare-and-set may have missed", ops: "0 1-2 put a=1\n0 3-4 cas/unknown a=2 | a=3\n1 5-6 get a=1"},
		{
			name: "an open compare-and-set may not have succeeded on another value",
			ops:  "0 1-2 put a=1\n0 3-4 cas/unknown a=2 | a=3\n1 5-6 get a=3", says: "finds 3 in a, which holds 1",
		},
		{
			name: "an open write that nobody read makes a compare-and-set miss",
			ops:  "0 1-2 put a=1\n0 3-4 put/unknown a=2\n1 5-6 cas/missed a=1 | a=3",
		},
		{name: "concurrent increments", ops: "0 1-10 increment a+2\n1 2-11 increment a+3\n2 12-13 get a=5", initial: pairs("b=1")},
		{
			name: "an increment is lost", ops: "0 1-10 increment a+2\n1 2-11 increment a+3\n2 12-13 get a=3",
			says: "get #2 by client 2 finds 3 in a, which holds 5",
		},
		{name: "an open increment takes effect between two reads", ops: "0 1-? increment a+1\n1 3-4 get a\n1 5-6 get a=1"},
		{
			name: "an open increment takes effect twice", ops: "0 1-? increment a+1\n1 3-4 get a=1\n1 5-6 get a=2",
			says: "get #2 by client 1 finds 2 in a, which holds 1",
		},
		{
			name: "an increment of something that is not a number", ops: "0 1-2 put a=x\n0 3-4 increment a+1",
			says: "adds 1 to a, which holds x",
		},
		{name: "negative numbers", ops: "0 1-2 increment a+-3\n0 3-4 increment a+1\n1 5-6 get a=-2"},
		{
			name: "a number too large", ops: "0 1-2 put a=9223372036854775807\n0 3-4 increment a+1",
			says: "adds 1 to a, which holds 9223372036854775807",
		},
		{name: "concurrent appends", ops: "0 1-10 append a+x\n1 2-11 append a+y\n2 12-13 get a=yx"},
		{
			name: "two readers disagree about the order of two appends", says: "finds xy in a, which holds",
			ops: "0 1-20 append a+x\n1 2-21 append a+y\n2 3-4 get a=y\n3 22-23 get a=xy",
		},
		{name: "a recovered counter", ops: "0 1-2 increment a+1\n0 3-4 increment a+1", final: pairs("a=2")},
		{
			name: "a recovered counter has lost one", ops: "0 1-2 increment a+1\n0 3-4 increment a+1", final: pairs("a=1"),
			says: "the recovered store finds 1 in a, which holds 2",
		},
		{
			name: "a value that nobody wrote", ops: "0 1-2 put a=1\n1 3-4 get a=2",
			says: "get #1 by client 1 reads " + unwritten + " from a: 2",
		},
		{name: "a value of a key that nobody wrote", ops: "0 1-2 get a=1", says: unwritten + " from a: 1"},
		{name: "a recovered value of a key that nobody wrote", ops: "0 1-2 put a=1", final: pairs("a=1 b=2"), says: unwritten + " from b: 2"},
		{name: "a value of a refused write", ops: "0 1-2 put/rejected a=1\n1 3-4 get a=1", says: unwritten + " from a: 1"},
		{
			name: "a value that nobody wrote, in an operation that failed", ops: "0 1-2 put a=1\n1 3-4 txn/unknown a=2 | b=1",
			says: unwritten + " from a: 2",
		},
		{
			name: "a value that nobody wrote, in an operation that never returned", ops: "0 1-2 put a=1\n1 3-? txn a=2 | b=1",
			says: unwritten + " from a: 2",
		},
		{
			name: "a value that nobody wrote, beyond the limits", says: unwritten + " from a: 9", limits: checker.Limits{Clients: 1},
			ops: "0 1-10 put a=1\n1 2-11 put a=2\n2 3-12 get a=9",
		},
		{
			name: "too many steps", ops: "0 1-10 put a=1\n1 2-11 put a=1\n2 3-12 get a=1\n3 4-13 get a", limits: checker.Limits{Steps: 2},
			unclear: "given up: 2 steps were tried",
		},
		{
			name: "too many operations", ops: "0 1-4 append a+x\n1 2-6 append a+y\n0 5-8 append a+x\n1 7-9 append a+y\n2 10-11 get a=xyxy", limits: checker.Limits{WindowOps: 3},
			unclear: "5 operations on a lie between two moments at which it is certain what it held; the limit is 3",
		},
		{
			name: "moments at which it is certain what a key holds", limits: checker.Limits{WindowOps: 3},
			ops: "0 1-2 put a=1\n0 3-4 put a=1\n0 5-8 put a=2\n1 6-9 put a=1\n1 10-11 get a=2\n1 12-13 put a=1",
		},
		{
			name: "another key shows a violation", limits: checker.Limits{Clients: 2}, says: "finds 1 in b, which holds 2",
			ops: "0 1-20 put a=1\n1 2-21 put a=1\n2 3-22 get a=1\n3 4-5 put b=1\n3 6-7 put b=1\n3 8-9 put b=2\n3 10-11 get b=1",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := checker.Linearizability(t.Context(), parse(t, row.ops), row.initial, row.final, nil, row.limits)
			switch {
			case row.unclear != "":
				require.Equal(t, checker.Inconclusive, r.Verdict, "%v", r.Violations)
				require.Contains(t, r.Reason, row.unclear)
			case row.says == "":
				require.Equal(t, checker.Pass, r.Verdict, "%s %v", r.Reason, r.Violations)
			default:
				require.Equal(t, checker.Fail, r.Verdict, r.Reason)
				require.Equal(t, "not linearizable", r.Violations[0].Class)
				require.Contains(t, r.Violations[0].Sentence, row.says)
				require.LessOrEqual(t, len(r.Violations[0].Evidence), 12)
			}
		})
	}
}

func TestOtherJudgesSayThatTheyCannotJudgeIncrements(t *testing.T) {
	ops := parse(t, "0 1-2 increment a+1\n0 3-4 increment a+1")
	require.Equal(t, checker.Pass, checker.Assumptions(ops).Verdict)
	for _, r := range []checker.Result{checker.CheckReads(ops, nil, checker.MayShow{}), checker.NewDurability(ops, nil).Judge(history.Cut{}, pairs(""), checker.Rule{})} {
		require.Equal(t, checker.Inconclusive, r.Verdict)
		require.Contains(t, r.Reason, "commit #0 by client 0 (add to a, synced, acknowledged at tick 2) does not say what the key holds")
	}
}

// All judges agree that a compare-and-set whose condition did not hold writes nothing.
func TestAConditionThatDoesNotHoldWritesNothing(t *testing.T) {
	ops := parse(t, "0 1-2 put a=1\n0 3-4 cas/missed a=2 | a=3")
	end := history.Cut{Acked: 4, Called: 4}
	judge := checker.NewDurability(ops, nil)
	require.Equal(t, checker.Pass, judge.Judge(end, pairs("a=1"), checker.Rule{}).Verdict)
	r := judge.Judge(end, pairs("a=3"), checker.Rule{})
	require.Equal(t, "refused but present", r.Violations[0].Class)
	require.Contains(t, r.Violations[0].Sentence, "answered at tick 4 that its condition did not hold")
	require.Equal(t, checker.Pass, checker.CheckReads(parse(t, "0 1-2 put a=1\n0 3-4 cas/missed a=2 | a=3\n1 5-6 get a=1"), nil, checker.MayShow{}).Verdict)
}

// The cut drops an operation that had been called. Before the crash, one that failed may have read its write in memory.
func TestAValueOfAnOperationAfterTheCutIsNotInvented(t *testing.T) {
	ops := parse(t, "0 1-2 put a=1\n1 6-20 put a=2\n2 7-8 txn/unknown a=2 | b=1")
	cut := &history.Cut{Acked: 9, Called: 5}
	require.Equal(t, checker.Pass, checker.Linearizability(t.Context(), ops, nil, pairs("a=1"), cut, checker.Limits{}).Verdict)
	ops[2].Reads[0].Value = []byte("3")
	r := checker.Linearizability(t.Context(), ops, nil, pairs("a=1"), cut, checker.Limits{})
	require.Equal(t, checker.Fail, r.Verdict)
	require.Contains(t, r.Violations[0].Sentence, "transaction #2 by client 2 reads a value that nobody wrote from a: 3")
}
