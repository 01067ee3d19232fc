package checker_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
)

// TestIsolationTellsLevelsApart has histories of lists, each with the weakest level that forbids it and the class that
// the judge reports at that level.
func TestIsolationTellsLevelsApart(t *testing.T) {
	for _, row := range []struct {
		name, ops  string
		level      checker.Level // the weakest that forbids it; zero: no level does
		repeatable bool          // whether repeatable read forbids it too
		class      string
		says       string
	}{
		{name: "nothing", ops: "0 1-2 txn"},
		{name: "two appends that nobody read", ops: "0 1-9 si x+1\n1 2-10 si x+2"},
		{name: "two appends that nobody read, by transactions one of which missed the other", ops: "0 1-9 si y= x+1\n1 2-10 si y+1 x+2"},
		{
			name: "two appends in different orders", ops: "0 1-9 txn x+1 y+1\n1 2-10 txn x+2 y+2\n2 11-12 txn x=1,2 y=2,1",
			level: checker.ReadUncommitted, repeatable: true, class: "G0",
		},
		{
			name: "an element comes from nowhere", ops: "0 1-2 txn x=9", level: checker.ReadUncommitted, repeatable: true, class: "garbage element",
		},
		{
			name: "a transaction does not see its own append", ops: "0 1-2 txn x+1 x=", level: checker.ReadUncommitted, repeatable: true,
			class: "internal",
		},
		{
			name: "a transaction sees its own append too early", ops: "0 1-2 txn x=1 x+1", level: checker.ReadUncommitted, repeatable: true,
			class: "internal", says: "read x = [1], with an element 1 that it appended itself only afterwards",
		},
		{
			name: "an element is there without what the transaction appended before", ops: "0 1-2 txn x+1 x+2\n1 3-4 txn x=2",
			level: checker.ReadUncommitted, repeatable: true, class: "missing element",
			says: "transaction #1 by client 1 read x = [2], where 2 is not preceded by 1, which transaction #0 by client 0 had appended before it",
		},
		{
			name: "what a refused transaction appended is read", ops: "0 1-2 txn/rejected x+1\n1 3-4 txn x=1", level: checker.ReadCommitted,
			repeatable: true, class: "G1a",
		},
		{
			name: "nothing follows from the order of what was not committed",
			ops:  "0 1-2 txn/rejected x+1\n1 3-4 txn x+2\n1 5-6 txn x=1,2\n1 7-8 txn x=2,1", level: checker.ReadCommitted, repeatable: true, class: "G1a",
		},
		{
			name: "a transaction is read half done", ops: "0 1-4 txn x+1 x+2\n1 2-3 txn x=1\n1 5-6 txn x=1,2", level: checker.ReadCommitted,
			repeatable: true, class: "G1b",
		},
		{
			name: "two transactions see each other", ops: "0 1-9 txn x+1 y=1\n1 2-10 txn y+1 x=1", level: checker.ReadCommitted,
			repeatable: true, class: "G1c",
		},
		{
			name: "a transaction vanishes", ops: "0 1-2 txn x+1 y+1\n1 3-4 txn x=1 y=", level: checker.MonotonicAtomicView, repeatable: true,
			class: "OTV", says: "a transaction vanished: transaction #1 by client 1 saw 1, which transaction #0 by client 0 appended to x, " +
				"and then read y = [], without what that transaction appended there",
		},
		{
			name: "a transaction vanishes from one list", ops: "0 1-2 txn x+1\n1 3-4 txn x=1 x=", level: checker.MonotonicAtomicView,
			repeatable: true, class: "OTV",
		},
		{
			name: "a transaction is missed, then seen", ops: "0 1-4 txn x+1 y+1\n1 2-5 txn y= x=1", level: checker.SnapshotIsolation,
			repeatable: true, class: "G-single",
		},
		{
			name: "a read does not repeat", ops: "0 1-4 txn x+1\n1 2-5 txn x= x=1", level: checker.SnapshotIsolation, repeatable: true,
			class: "internal",
		},
		{
			name: "an update is lost", ops: "0 1-4 txn x= x+1\n1 2-5 txn x= x+2", level: checker.SnapshotIsolation, repeatable: true,
			class: "lost update",
		},
		{
			name: "two transactions that missed each other append to one list, which nobody reads",
			ops:  "0 1-9 si x= y+1 z+1\n1 2-10 si y= x+1 z+2", level: checker.SnapshotIsolation, repeatable: true, class: "first committer wins",
			says: "transaction #0 by client 0 and transaction #1 by client 1 both appended to z, so one of them committed before the other " +
				"began; but it was not T0, as T1 read y = [], which misses 1 that T0 appended, so T1 came first; and it was not T1, as " +
				"T0 read x = [], which misses 1 that T1 appended, so T0 came first",
		},
		{
			name: "two transactions, of which only one asked for a snapshot, miss each other and append to one list, which nobody reads", repeatable: true, class: "first committer wins",
			ops: "0 1-9 si x= y+1 z+1\n1 2-10 txn y= x+1 z+2", level: checker.SnapshotIsolation,
		},
		{
			// Any two of the three can be put in order, but not all of them: each choice implies the next.
			name: "three transactions append to lists in a circle", repeatable: true, class: "first committer wins",
			ops: "0 1-20 si a= b+1 x+1\n1 2-21 si b= c+1 x+2 y+1\n2 3-22 si c= a+1 y+2", level: checker.SnapshotIsolation,
		},
		{
			name: "two transactions each miss the other's append", ops: "0 1-9 txn x= y+1\n1 2-10 txn y= x+1", level: checker.Serializable,
			repeatable: true, class: "G2-item",
		},
		{
			name: "two scans each miss what the other transaction appended", level: checker.SnapshotIsolation, class: "G-nonadjacent",
			ops: "0 1-9 scan y=1\n1 2-10 txn x+1\n2 3-11 txn y+1\n3 4-12 scan x=1",
		},
		{
			name: "an append that was answered is not read", ops: "0 1-2 txn x+1\n1 3-4 txn x=", level: checker.StrictSerializable,
			class: "G-single-realtime",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			fails := false
			for _, level := range fromReadUncommitted {
				found := classes(t, lists(t, row.ops), level)
				if first := level == row.level; first && row.class != "" {
					fails = true
					require.Equal(t, []string{row.class}, found, level)
					r := checker.NewIsolation(lists(t, row.ops), textLists, level).JudgeHistory()
					require.Contains(t, r.Violations[0].Sentence, row.says)
				}
				require.Equal(t, fails, len(found) > 0, level)
			}
			require.Equal(t, row.repeatable, len(classes(t, lists(t, row.ops), checker.RepeatableRead)) > 0, checker.RepeatableRead)
		})
	}
	require.Equal(t, "repeatable read", checker.RepeatableRead.String())
	require.Equal(t, "level(99)", checker.Level(99).String())
}
