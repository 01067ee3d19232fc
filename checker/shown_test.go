package checker_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

func TestACommitThatWasReadCountsAsAcknowledged(t *testing.T) {
	for _, row := range []struct {
		name, ops string
		cut       history.Tick
		state     string
		strict    string // the class that the strict judge reports; the other one passes
	}{
		{"a commit was read before it was acknowledged, and is lost", "0 1-9 put a=1\n1 2-3 get a=1", 4, "", "lost"},
		{"a commit that was shown is there", "0 1-9 put a=1\n1 2-3 get a=1", 4, "a=1", ""},
		{"the read was not answered before the crash", "0 1-9 put a=1\n1 2-8 get a=1", 4, "", ""},
		{"the read found nothing", "0 1-9 put a=1\n1 2-3 get a-", 4, "", ""},
		{"an unsynced commit may be lost whoever has seen it", "0 1-9 put/nosync a=1\n1 2-3 get a=1", 4, "", ""},
		{"a commit that failed in the end may be lost whoever has seen it", "0 1-9 put/unknown a=1\n1 2-3 get a=1", 4, "", ""},
		{"an open cursor has shown it before the crash", "0 1-9 put a=1\n1 2-3..5 cursor a=1", 6, "", "lost"},
		{"an open cursor shows it only after the crash", "0 1-9 put a=1\n1 2-3..7 cursor a=1", 6, "", ""},
		{"a scan has shown it", "0 1-9 batch a=1 b=1\n1 2-3 scan b=1", 4, "", "lost"},
		{"a transaction sees its own writes", "0 1-9 txn a=1 | a=1", 4, "", ""},
		{"a commit that was shown is lost, and one called afterwards is there", "0 1-9 put/nosync a=1\n1 2-3 get a=1\n1 4-5 put b=1", 6, "b=1", "hole"},
	} {
		t.Run(row.name, func(t *testing.T) {
			ops := parse(t, row.ops)
			require.Equal(t, checker.Pass, checker.NewDurability(ops, nil).Judge(at(row.cut), pairs(row.state), strict).Verdict)
			r := checker.NewStrictDurability(ops, nil).Judge(at(row.cut), pairs(row.state), strict)
			if row.strict == "" {
				require.Equal(t, checker.Pass, r.Verdict, r.Violations)
				return
			}
			require.Equal(t, checker.Fail, r.Verdict)
			require.Equal(t, row.strict, r.Violations[0].Class)
		})
	}
}

func TestTheSentenceNamesTheReadThatShowedTheCommit(t *testing.T) {
	r := checker.NewStrictDurability(parse(t, "0 1-9 put a=1\n1 2-3 get a=1"), nil).Judge(at(4), pairs(""), strict)
	require.Equal(t, "commit #0 by client 0 (put a, synced, acknowledged at tick 9) is missing after the crash at tick 4: "+
		"a is absent, though get #1 by client 1 had shown the commit at tick 3", r.Violations[0].Sentence)
}
