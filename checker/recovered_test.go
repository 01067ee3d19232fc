package checker_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

func TestIsolationJudgesRecoveredStates(t *testing.T) {
	suffix := checker.Rule{Suffix: true, Atomic: true}
	for _, row := range []struct {
		name, ops, state string
		rule             checker.Rule
		class, sentence  string
	}{
		{name: "nothing is left", ops: "0 1-2 txn/nosync x+1", state: "", rule: suffix},
		{name: "everything is left", ops: "0 1-2 txn x+1 y+1\n0 3-4 txn y=1", state: "x=1 y=1", rule: suffix},
		{name: "the last append is lost", ops: "0 1-2 txn x+1\n0 3-4 txn x=1 x+2\n0 5-6 txn x=1,2", state: "x=1", rule: suffix},
		{name: "keys that are not lists are ignored", ops: "0 1-2 txn x+1", state: "X=7 x=1", rule: suffix},
		{
			name: "a list that nobody wrote", ops: "0 1-2 txn x+1", state: "x=1 z=7", rule: suffix, class: "garbage element",
			sentence: "z has an element 7 after the crash at tick 99 that nobody appended",
		},
		{
			name: "what a refused transaction appended is there", ops: "0 1-2 txn/rejected x+1", state: "x=1", rule: suffix,
			class: "G1a", sentence: "transaction #0 by client 0, which appended 1, was not committed",
		},
		{
			name: "half a transaction on one list", ops: "0 1-2 txn x+1 x+2", state: "x=1", rule: suffix, class: "G1b",
			sentence: "appended more to it",
		},
		{name: "half a transaction, where batches may tear", ops: "0 1-2 txn x+1 x+2", state: "x=1"},
		{
			name: "the order has changed", ops: "0 1-9 txn x+1\n1 2-10 txn x+2\n0 11-12 txn x=1,2", state: "x=2,1", rule: suffix,
			class: "incompatible order", sentence: "before it was read as [1 2]",
		},
		{
			name: "an element is there twice", ops: "0 1-9 txn x+1", state: "x=1,1", rule: suffix, class: "duplicate element",
		},
		{
			name: "an open transaction turns out to have committed", ops: "0 1-? txn x=1 x+2\n1 2-3 txn x= x+1\n1 4-5 txn x=1", state: "x=1,2",
			rule: suffix,
		},
		{
			name:  "an open transaction took the place of one that is lost",
			ops:   "0 1-2 txn x= x+1\n0 3-4 txn/unknown x=1 x+2\n1 5-6 txn/nosync x=1 x+3\n1 7-8 txn x=1,3",
			state: "x=1,2", rule: suffix,
		},
		{
			name: "an open transaction is there without what it had read", ops: "0 1-2 txn/nosync y= y+1\n0 3-? txn y=1 x+2", state: "x=2",
			rule: suffix, class: "G-single", sentence: "but 1, which it read, is not: y = [1]",
		},
		{
			name: "what a transaction had read is lost", ops: "0 1-9 txn/nosync x+1\n1 2-10 txn/nosync x=1 y+2", state: "y=2", rule: suffix,
			class: "G-single", sentence: "transaction #0 by client 0, which appended 1 to x, is missing after the crash at tick 99, but " +
				"transaction #1 by client 1, which appended 2 to y, is there and came later: T0 appended 1 to x, and T1 read it",
		},
		{
			name: "a crash may lose anything", ops: "0 1-9 txn/nosync x+1\n1 2-10 txn/nosync x=1 y+2", state: "y=2",
			rule: checker.Rule{Atomic: true},
		},
		{
			// It read before the other one committed, but may have committed after it, as under serializable snapshot isolation.
			name:  "a transaction that had missed the other's append is lost",
			ops:   "1 1-9 txn/nosync x= y+2\n2 2-10 txn/nosync x+3\n0 11-12 txn x=3 y=2",
			state: "x=3", rule: suffix,
		},
		{
			name:  "a transaction that had asked for a snapshot and missed the other's append is lost",
			ops:   "1 1-9 si/nosync x= y+2\n2 2-10 txn/nosync x+3\n0 11-12 txn x=3 y=2",
			state: "x=3", rule: suffix,
		},
		{
			name:  "a reader between the transaction that is lost and the one that is there",
			ops:   "0 1-20 txn/nosync x+1\n1 2-21 snapshot x=1 y=\n2 3-22 txn/nosync y+2\n0 23-24 txn y=2",
			state: "y=2", rule: suffix, class: "G-nonadjacent", sentence: "T0 appended 1 to x, and T1 read it; T1 read y = [], which misses 2",
		},
		{
			name: "a transaction that was answered before the other was called is lost", ops: "0 1-2 txn/nosync x+1\n1 3-4 txn/nosync y+2",
			state: "y=2", rule: suffix, class: "G-single-realtime", sentence: "T0 was answered at tick 2",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			j := checker.NewIsolation(lists(t, row.ops), textLists, checker.StrictSerializable)
			require.Equal(t, checker.Pass, j.JudgeHistory().Verdict, "%+v", j.JudgeHistory().Violations)
			r := j.JudgeState(history.Cut{Acked: 99, Called: 99}, pairs(row.state), row.rule)
			if row.class == "" {
				require.Equal(t, checker.Pass, r.Verdict, "%+v", r.Violations)
				return
			}
			require.Equal(t, checker.Fail, r.Verdict)
			require.Equal(t, row.class, r.Violations[0].Class, r.Violations[0].Sentence)
			require.Contains(t, r.Violations[0].Sentence, row.sentence)
		})
	}
}
