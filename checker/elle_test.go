package checker_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// TestIsolationOfHistoriesAsPublishedWithElle has the histories of Elle's own tests (test/elle/list_append_test.clj
// and rw_register_test.clj of jepsen-io/elle), in our notation, with the verdicts given there: a level that they
// satisfy, if Elle names one, and one that they violate. Elle knows sessions, and the judges here do not: for them the
// order of a session is that of real time.
func TestIsolationOfHistoriesAsPublishedWithElle(t *testing.T) {
	for _, row := range []struct {
		name, ops   string
		registers   bool
		initial     *history.State
		fits, fails checker.Level
		class       string
	}{
		{
			name: "Adya, Liskov and O'Neil, figure 3", fits: checker.Serializable,
			ops: "0 1-20 txn z+1 x+1 y+1\n1 2-21 txn x=1 y+2\n2 3-22 txn y=1,2 z+3\n3 4-23 txn z=1,3",
		},
		{
			name: "G0", fails: checker.ReadUncommitted, class: "G0",
			ops: "0 1-20 txn x+1 y+1\n1 2-21 txn x+2 y+2\n2 3-22 txn x=1,2 y=2,1",
		},
		{
			name: "G1a", fits: checker.ReadUncommitted, fails: checker.ReadCommitted, class: "G1a",
			ops: "0 1-20 txn/rejected x+1\n1 2-21 txn x=1",
		},
		{name: "G1a, for repeatable read", fails: checker.RepeatableRead, class: "G1a", ops: "0 1-20 txn/rejected x+1\n1 2-21 txn x=1"},
		{
			name: "G1b", fits: checker.ReadUncommitted, fails: checker.ReadCommitted, class: "G1b",
			ops: "0 1-2 txn x+1 x+2\n1 3-4 txn x=1",
		},
		{
			name: "G1c", fits: checker.ReadUncommitted, fails: checker.ReadCommitted, class: "G1c",
			ops: "0 1-20 txn x+1 y=1\n1 2-21 txn x+2 y+1\n2 3-22 txn x=1,2 y=1",
		},
		{
			name: "G-single", fits: checker.ReadCommitted, fails: checker.RepeatableRead, class: "G-single",
			ops: "0 1-20 txn x+1 y+1\n1 2-21 txn x+2 y=\n2 3-22 txn x=1,2",
		},
		{
			name: "G2", fits: checker.ReadCommitted, fails: checker.RepeatableRead, class: "G2-item",
			ops: "0 1-20 txn x+1 y=\n1 2-21 txn y+1 x=",
		},
		{
			name: "G2, for serializable", fits: checker.SnapshotIsolation, fails: checker.Serializable, class: "G2-item",
			ops: "0 1-20 txn x+1 y=\n1 2-21 txn y+1 x=",
		},
		{
			name: "strong snapshot isolation is violated", fits: checker.Serializable, fails: checker.StrictSerializable,
			ops: "0 1-2 txn x+1\n1 3-4 txn x+2\n2 5-6 txn x=1\n3 7-8 txn x=1,2", class: "G-single-realtime",
		},
		{
			name: "issue 17", fits: checker.Serializable, fails: checker.StrictSerializable, class: "G-single-realtime",
			ops: "0 1-2 txn x= z=1\n1 3-4 txn x+1\n1 5-6 txn z=\n2 7-8 txn z+1",
		},
		{
			name: "contradictory read orders", fails: checker.ReadCommitted, class: "incompatible order",
			ops: "0 1-20 txn x+1 y=1\n1 2-21 txn x+2\n2 3-22 txn x+3 y+1\n3 4-23 txn x=1,3\n4 5-24 txn x=1,2,3",
		},
		{name: "a future read", fails: checker.ReadUncommitted, class: "internal", ops: "0 1-20 txn x+0\n1 2-21 txn x+2\n2 3-22 txn x=0,1,2 x+1"},

		{name: "a read of its own write", registers: true, fits: checker.StrictSerializable, ops: "0 1-2 txn y+2 x+2 x=2 x+1 x=1"},
		{
			name: "G1a of a register", registers: true, fails: checker.ReadCommitted, class: "G1a", fits: checker.ReadUncommitted,
			ops: "0 1-20 txn x=1\n1 2-21 txn/rejected x+1",
		},
		{
			name: "G1b of a register", registers: true, fails: checker.RepeatableRead, class: "G1b", fits: checker.ReadUncommitted,
			ops: "0 1-20 txn x+1 x+2\n1 2-21 txn x=1",
		},
		{
			name: "G1c of registers", registers: true, fails: checker.Serializable, class: "G1c", fits: checker.ReadUncommitted,
			ops: "0 1-20 txn x+1 y=1\n1 2-21 txn y+1 x=1",
		},
		{
			// Elle considers this legal unless it is told that keys are sequential. Only real time forbids it: y = 2 is stale.
			name: "G0 of registers", registers: true, fits: checker.Serializable, fails: checker.StrictSerializable,
			ops: "0 1-2 txn x+1 y+2\n1 3-4 txn x+2 y+1\n0 5-6 txn x=2\n1 7-8 txn y=2", class: "G-single-realtime",
		},
		{
			name: "G2-item of registers", registers: true, initial: pairs("x=1 y=1"), fits: checker.SnapshotIsolation,
			fails: checker.Serializable, class: "G2-item", ops: "0 1-2 txn x=1 y=1\n1 3-6 txn x=1 y+2\n2 4-5 txn y=1 x+2",
		},
		{
			name: "the initial state comes first", registers: true, fails: checker.Serializable, class: "G-single",
			ops: "0 1-4 txn x= y=1\n1 2-3 txn y+1 x+2",
		},
		{
			// Elle needs to be told that a transaction that reads a key and writes it does so in this order.
			name: "writes follow reads", registers: true, initial: pairs("y=1"), fits: checker.ReadCommitted, fails: checker.Serializable,
			class: "G-single", ops: "0 1-20 txn y=1 x+1 y+2\n1 2-21 txn x=1 y=1",
		},
		{
			name: "a cyclic order of versions", registers: true, fits: checker.Serializable, fails: checker.StrictSerializable,
			ops: "0 1-2 txn x+1\n0 3-4 txn x+2\n0 5-6 txn x=1", class: "G-single-realtime",
		},
		{
			name: "an update is lost", registers: true, initial: pairs("x=0"), fits: checker.MonotonicAtomicView, fails: checker.SnapshotIsolation,
			ops: "0 1-2 txn x=0 x+1\n1 3-4 txn x=0 x+2", class: "lost update",
		},
		{
			// A read of what nobody wrote. Elle's test says that Elle should detect this, but does not.
			name: "a value that nobody wrote", registers: true, fails: checker.ReadUncommitted, class: "garbage value", ops: "0 1-2 txn x+1\n1 3-4 txn x=2",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			judge := func(level checker.Level) checker.Result {
				if row.registers {
					return checker.RegisterIsolation(t.Context(), registers(t, row.ops), row.initial, level, checker.Limits{})
				}
				return checker.NewIsolation(lists(t, row.ops), textLists, level).JudgeHistory()
			}
			if row.fits != 0 {
				r := judge(row.fits)
				require.Equal(t, checker.Pass, r.Verdict, "%s %v", r.Reason, r.Violations)
			}
			if row.fails == 0 {
				return
			}
			r := judge(row.fails)
			require.Equal(t, checker.Fail, r.Verdict, r.Reason)
			var named []string
			for _, v := range r.Violations {
				named = append(named, v.Class)
			}
			require.Contains(t, named, row.class)
		})
	}
}
