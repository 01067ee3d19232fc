package checker_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// classes judges a history and returns the classes of the violations; none if it passes.
func classes(t *testing.T, ops []history.Op, level checker.Level) []string {
	t.Helper()
	r := checker.NewIsolation(ops, textLists, level).JudgeHistory()
	require.NotEqual(t, checker.Inconclusive, r.Verdict, r.Reason)
	var all []string
	for _, v := range r.Violations {
		require.NotEmpty(t, v.Sentence)
		require.NotEmpty(t, v.Ops)
		all = append(all, v.Class)
	}
	require.Equal(t, len(all) > 0, r.Verdict == checker.Fail)
	return all
}

// anomalies are histories, each with the weakest level that forbids it, the class that the judge must report, and a part
// of the sentence.
var anomalies = []struct {
	name, ops string
	level     checker.Level
	class     string
	sentence  string
}{
	{
		"a transaction does not see its own append", "0 1-2 txn x+1 x=", checker.SnapshotIsolation, "internal",
		"transaction #0 by client 0 read x = [], but after its own earlier steps it had to find [1] at its end",
	},
	{
		"a transaction reads two versions of a list",
		"0 1-2 txn x+1\n0 3-6 txn x= x=1", checker.SnapshotIsolation, "internal", "read x = [1], but after its own earlier steps it had to find []",
	},
	{
		"a transaction's append does not come after what it had read",
		"0 1-2 txn x+1\n0 3-4 txn x=1 x+2 x=2", checker.SnapshotIsolation, "internal", "had to find [1 2]",
	},
	{
		"an element comes from nowhere", "0 1-2 txn x=9", checker.SnapshotIsolation, "garbage element",
		"an element 9 that nobody appended",
	},
	{
		"what a refused transaction appended is read",
		"0 1-2 txn/rejected x+1\n1 3-4 txn x=1", checker.SnapshotIsolation, "G1a",
		"aborted read: transaction #1 by client 1 read x = [1], but transaction #0 by client 0, which appended 1, was not committed",
	},
	{
		"what a refused transaction appended comes before the end of what is read",
		"0 1-2 txn/rejected x+1\n1 3-4 txn x+2\n1 5-6 txn x=1,2", checker.SnapshotIsolation, "G1a", "which appended 1",
	},
	{
		"a transaction is read half done",
		"0 1-4 txn x+1 x+2\n1 2-3 txn x=1", checker.SnapshotIsolation, "G1b",
		"read x = [1], but transaction #0 by client 0, which appended 1, appended more to that list",
	},
	{
		"an element is twice in a list",
		"0 1-2 txn x+1\n0 3-4 txn x=1,1", checker.SnapshotIsolation, "duplicate element", "where 1 is twice",
	},
	{
		"an element is twice in a short list",
		"0 1-2 txn x+1\n0 3-4 txn x+2\n0 5-6 txn x+3\n0 7-8 txn x=1,2,3\n0 9-10 txn x=1,1", checker.SnapshotIsolation,
		"duplicate element", "#4",
	},
	{
		"two reads disagree about the order",
		"0 1-9 txn x+1\n1 2-10 txn x+2\n2 3-4 txn x=1,2\n2 5-6 txn x=2,1", checker.SnapshotIsolation, "incompatible order",
		"read x = [2 1], and transaction #2 by client 2 read [1 2]: neither is the beginning of the other",
	},
	{
		"two transactions append to the same version",
		"0 1-4 txn x= x+1\n1 2-5 txn x= x+2\n0 6-7 txn x=2", checker.SnapshotIsolation, "lost update",
		"transaction #0 by client 0 and transaction #1 by client 1 both read x = [] and both appended to it",
	},
	{
		"two transactions append to the same version, and nobody reads it",
		"0 1-4 si x= x+1\n1 2-5 si x= x+2", checker.SnapshotIsolation, "lost update", "both read x = []",
	},
	{
		"two transactions append to two lists in different orders",
		"0 1-9 txn x+1 y+1\n1 2-10 txn x+2 y+2\n2 11-12 txn x=1,2 y=2,1", checker.SnapshotIsolation, "G0",
		"T0 appended 1 to x, and T1 appended 2 after it; T1 appended 2 to y, and T0 appended 1 after it",
	},
	{
		"two transactions see each other",
		"0 1-9 txn x+1 y=1\n1 2-10 txn y+1 x=1", checker.SnapshotIsolation, "G1c",
		"T0 appended 1 to x, and T1 read it; T1 appended 1 to y, and T0 read it",
	},
	{
		"a transaction sees one of another's appends and misses the other",
		"0 1-2 txn x+1 y+1\n1 3-4 txn x=1 y=", checker.SnapshotIsolation, "G-single",
		"read skew: a cycle of 2 transactions, each before the next: T0 appended 1 to x, and T1 read it; " +
			"T1 read y = [], which misses 1 that T0 appended, so T1 came first",
	},
	{
		// Each reader misses one writer and sees the other, so no two relations rw are adjacent.
		"two readers see two writers in different orders",
		"0 1-20 txn x+1\n1 2-21 txn y+1\n2 3-22 txn x=1 y=\n3 4-23 txn x= y=1", checker.SnapshotIsolation, "G-nonadjacent",
		"long fork: a cycle of 4 transactions, each before the next: T0 appended 1 to x, and T2 read it; ",
	},
	{
		"two transactions each miss the other's append",
		"0 1-9 txn x= y+1\n1 2-10 txn y= x+1\n0 11-12 txn x=1 y=1", checker.Serializable, "G2-item",
		"write skew: a cycle of 2 transactions, each before the next: " +
			"T0 read x = [], which misses 1 that T1 appended, so T0 came first; " +
			"T1 read y = [], which misses 1 that T0 appended, so T1 came first",
	},
	{
		"three transactions each miss the next one's append",
		"0 1-9 txn x= y+1\n1 2-10 txn z= x+1\n2 3-11 txn y= z+1\n0 12-13 txn x=1 y=1 z=1", checker.Serializable, "G2-item",
		"3 transactions",
	},
	{
		// Fekete, O'Neil and O'Neil, SIGMOD Record 2004: the writers alone have an order.
		"a reader sees a state that no order gives",
		"0 1-20 txn x= y= x+1\n1 2-5 txn y= y+1\n2 6-9 txn x= y=1\n0 21-22 txn x=1 y=1", checker.Serializable, "G2-item", "",
	},
	{
		"an append that was answered is not read",
		"0 1-2 txn x+1\n1 3-4 txn x=\n1 5-6 txn x=1", checker.StrictSerializable, "G-single-realtime",
		"stale read: a cycle of 2 transactions, each before the next: " +
			"T0 was answered at tick 2 and T1 called at tick 3, so T0 came first; " +
			"T1 read x = [], which misses 1 that T0 appended, so T1 came first",
	},
	{
		"an append that was answered is never read",
		"0 1-2 txn x+1\n1 3-4 txn x=", checker.StrictSerializable, "G-single-realtime", "which misses 1",
	},
	{
		"two appends, one after the other, are read in the opposite order",
		"0 1-2 txn x+1\n1 3-4 txn x+2\n0 5-6 txn x=2,1", checker.StrictSerializable, "G0-realtime", "",
	},
	{
		"an append is read before it is called",
		"0 1-2 txn x=1\n1 3-4 txn x+1", checker.StrictSerializable, "G1c-realtime", "",
	},
	{
		"two transactions miss others' appends in a way that only the clock forbids",
		"0 1-2 txn x= y+1\n1 3-9 txn y= z+1\n2 10-11 txn x+1\n3 12-13 txn z=\n0 14-15 txn x=1 y=1 z=1", checker.StrictSerializable,
		"G-single-realtime", "",
	},
}

func TestIsolationRejectsEveryAnomalyByItsName(t *testing.T) {
	for _, row := range anomalies {
		t.Run(row.name, func(t *testing.T) {
			r := checker.NewIsolation(lists(t, row.ops), textLists, row.level).JudgeHistory()
			require.Equal(t, []string{row.class}, classes(t, lists(t, row.ops), row.level), "%+v", r.Violations)
			require.Contains(t, r.Violations[0].Sentence, row.sentence)
			if row.level > checker.SnapshotIsolation {
				require.Empty(t, classes(t, lists(t, row.ops), row.level-1), "the level below allows it")
			}
		})
	}
}

// Histories from real databases, as in section 7 of the Elle paper but in our notation.
func TestIsolationRejectsWhatElleFound(t *testing.T) {
	for _, row := range []struct{ name, ops, class string }{
		{
			"TiDB retried a transaction over another one", // its read misses 5, but its append comes after 5
			"0 1-2 txn x+2\n0 3-4 txn x+1\n1 5-9 txn x=2,1 y+5 x+4\n2 6-8 txn x+5\n3 10-11 txn x=2,1,5,4", "G-single",
		},
		{
			"YugaByte DB let two transactions miss each other during a fail-over",
			"0 1-2 txn x+1 y+7\n1 3-9 txn x+2 y=7\n2 4-10 txn y+8 x=1\n3 11-12 txn x=1,2 y=7,8", "G2-item",
		},
		{"FaunaDB did not show a transaction its own append", "0 1-2 txn x+6 x=", "internal"},
		{
			"Dgraph showed a transaction the effect without the cause",
			"0 1-9 txn x=1 y=\n1 2-3 txn y+1\n2 4-5 txn y=1 x+1", "G-single",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			require.Equal(t, []string{row.class}, classes(t, lists(t, row.ops), checker.Serializable))
		})
	}
}

func TestIsolationAcceptsTheSmallestHistoryOfEachKind(t *testing.T) {
	for _, row := range []struct{ name, ops string }{
		{"nothing", "0 1-2 txn"},
		{"a transaction that sees its own append", "0 1-2 txn x= x+1 x=1 x+2 x=1,2"},
		{"a blind append, then a read of the end", "0 1-2 txn x+1\n0 3-4 txn x+2 x=1,2"},
		{"a refused transaction that nobody saw", "0 1-2 txn/rejected x= x+1\n0 3-4 txn x="},
		{"an open transaction that nobody saw", "0 1-? txn x= x+1\n1 3-4 txn x="},
		{"an open transaction that took effect late", "0 1-2 txn/unknown x= x+1\n0 3-4 txn x=\n0 5-6 txn x=1"},
		{"two appends at once, in either order", "0 1-9 txn x+1\n1 2-10 txn x+2\n2 11-12 txn x=2,1"},
		{"two updates in turn", "0 1-2 txn x= x+1\n1 3-4 txn x=1 x+2\n0 5-6 txn x=1,2"},
		{"a whole transaction is seen or missed", "0 1-9 txn x+1 y+1\n1 2-3 txn x= y=\n1 4-5 txn x=1 y=1"},
		{"a read of an older moment while the append is under way", "0 1-4 txn x+1\n1 2-5 txn x=\n1 6-7 txn x=1"},
		{"skew between transactions that asked for snapshots", "0 1-9 si x= y+1\n1 2-10 si y= x+1\n0 11-12 txn x=1 y=1"},
		{"skew over a transaction that asked for a snapshot", "0 1-20 si x= y= x+1\n1 2-5 txn y= y+1\n2 6-9 txn x= y=1\n0 21-22 txn x=1 y=1"},
		{"a scan that finds a list empty", "0 1-2 scan\n0 3-4 txn x+1\n0 5-6 scan x=1"},
		{"keys that are not lists", "0 1-2 txn X+1\n0 3-4 txn X=7 X="},
	} {
		t.Run(row.name, func(t *testing.T) {
			require.Empty(t, classes(t, lists(t, row.ops), checker.StrictSerializable))
		})
	}
}

func TestIsolationJudgesSerializableTransactionsAmongOthers(t *testing.T) {
	skew := "0 1-9 %1 x= y+1\n1 2-10 %2 y= x+1\n0 11-12 txn x=1 y=1"
	for _, row := range []struct {
		first, second string
		fails         bool
	}{{"si", "si", false}, {"si", "txn", false}, {"txn", "si", false}, {"txn", "txn", true}} {
		ops := lists(t, strings.NewReplacer("%1", row.first, "%2", row.second).Replace(skew))
		require.Equal(t, row.fails, len(classes(t, ops, checker.Serializable)) > 0, "%v", row)
	}
}

func TestIsolationCountsOpenTransactionsThatSomebodySaw(t *testing.T) {
	// The first is seen only by the second, which is itself open.
	ops := lists(t, "0 1-? txn x+1 y+1\n1 3-? txn x=1 z+1\n2 5-6 txn z=1 y=")
	require.Equal(t, []string{"G-single"}, classes(t, ops, checker.Serializable))
	ops = lists(t, "0 1-? txn x+1 y+1\n1 3-? txn x=1 z+1\n2 5-6 txn z= y=")
	require.Empty(t, classes(t, ops, checker.StrictSerializable))
}

func TestIsolationCountsAListThatAScanMissesAsEmpty(t *testing.T) {
	ops := lists(t, "0 1-2 txn x+1 y+1\n1 3-4 scan x=1")
	require.Equal(t, []string{"G-single"}, classes(t, ops, checker.Serializable))
	ops[1].ScanTo = []byte("y")
	require.Empty(t, classes(t, ops, checker.Serializable), "y is not in its range")
}

func TestIsolationReportsTheShortestCycle(t *testing.T) {
	// Four transactions in a ring of relations wr, two of which also form a ring of their own.
	ops := lists(t, "0 1-20 txn a+1 d=1\n1 2-21 txn a=1 b+1\n2 3-22 txn b=1 c+1 e=1\n3 4-23 txn c=1 d+1 e+1")
	r := checker.NewIsolation(ops, textLists, checker.Serializable).JudgeHistory()
	require.Equal(t, "G1c", r.Violations[0].Class)
	require.ElementsMatch(t, []int{2, 3}, r.Violations[0].Ops)
}

func TestIsolationSaysWhatItCannotJudge(t *testing.T) {
	for _, row := range []struct{ name, ops, reason string }{
		{"one element appended twice", "0 1-2 txn x+1\n0 3-4 txn x+1", "wrote the same value to x"},
		{"one element appended twice, after others", "0 1-2 txn x+1\n0 3-4 txn x+2,1", "1 was appended to x twice"},
		{"calls out of order", "0 3-4 txn x+1\n0 1-2 txn x=1", "was called at tick"},
	} {
		t.Run(row.name, func(t *testing.T) {
			j := checker.NewIsolation(lists(t, row.ops), textLists, checker.Serializable)
			for _, r := range []checker.Result{
				j.JudgeHistory(), j.JudgeState(history.Cut{}, &history.State{}, checker.Rule{}),
			} {
				require.Equal(t, checker.Inconclusive, r.Verdict)
				require.Contains(t, r.Reason, row.reason)
			}
		})
	}
}
