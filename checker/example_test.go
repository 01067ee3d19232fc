package checker_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// A write and two reads of one key. The second read starts after the write was acknowledged and does not see it, so no
// order of the three operations explains what they returned.
func ExampleLinearizability() {
	x := []byte("x")
	put := history.Op{
		ID: 0, Client: 0, Kind: history.Put, Call: 1, Return: 4, Outcome: history.Acked,
		Writes: []history.Write{{Key: x, Value: []byte("1")}},
	}
	during := history.Op{ // concurrent with the write, so it may find the key absent
		ID: 1, Client: 1, Kind: history.Get, Call: 2, Return: 3, Outcome: history.Acked,
		Reads: []history.Read{{Key: x}},
	}
	after := history.Op{
		ID: 2, Client: 1, Kind: history.Get, Call: 5, Return: 6, Outcome: history.Acked,
		Reads: []history.Read{{Key: x}},
	}

	ctx := context.Background()
	fmt.Println(checker.Linearizability(ctx, []history.Op{put, during}, nil, nil, nil, checker.Limits{}).Verdict)

	r := checker.Linearizability(ctx, []history.Op{put, during, after}, nil, nil, nil, checker.Limits{})
	fmt.Println(r.Verdict)
	fmt.Println(r.Violations[0].Sentence)
	// Output:
	// pass
	// fail
	// no order of the operations on x explains what they read: after the longest order that works, get #2 by client 1 reads nothing from x, which holds 1 (commit #0)
}

// Two transactions over lists. Each reads the list to which the other one appends, and finds it empty. Under snapshot
// isolation that is allowed; a serializable store must not let both commit.
func ExampleNewIsolation() {
	txn := func(id, client int, call, ret history.Tick, reads, appends string) history.Op {
		return history.Op{
			ID: id, Client: client, Kind: history.Txn, Call: call, Return: ret, Outcome: history.Acked,
			Order:  "rw",
			Reads:  []history.Read{{Key: []byte(reads)}},
			Writes: []history.Write{{Key: []byte(appends), Value: []byte(fmt.Sprint(id))}},
		}
	}
	ops := []history.Op{txn(0, 0, 1, 3, "x", "y"), txn(1, 1, 2, 4, "y", "x")}
	lists := checker.Lists{
		IsList: func([]byte) bool { return true },
		Elements: func(value []byte) (elements [][]byte, ok bool) { // "0,1" is a list of two elements
			for s := range strings.SplitSeq(string(value), ",") {
				elements = append(elements, []byte(s))
			}
			return elements, true
		},
	}
	for _, level := range []checker.Level{checker.SnapshotIsolation, checker.Serializable} {
		r := checker.NewIsolation(ops, lists, level).JudgeHistory()
		fmt.Printf("%s: %s\n", level, r.Verdict)
		for _, v := range r.Violations {
			fmt.Println(v.Class)
		}
	}
	// Output:
	// snapshot isolation: pass
	// serializable: fail
	// G2-item
}

// Two commits, of which only the second was synced. A crash must not lose the second, and must not keep it without the
// first.
func ExampleDurability_Judge() {
	commit := func(id int, call, ret history.Tick, key string, d history.Durability) history.Op {
		return history.Op{
			ID: id, Kind: history.Put, Call: call, Return: ret, Outcome: history.Acked, Durability: d,
			Writes: []history.Write{{Key: []byte(key), Value: []byte("1")}},
		}
	}
	run := []history.Op{commit(0, 1, 2, "a", history.NoSync), commit(1, 3, 4, "b", history.Sync)}
	judge := checker.NewDurability(run, nil)
	cut := history.Cut{Acked: 5, Called: 5}
	powerCut := checker.Rule{Lower: checker.SyncedMustSurvive, Suffix: true, Atomic: true}

	var both, onlyB history.State
	both.Append([]byte("a"), []byte("1"))
	both.Append([]byte("b"), []byte("1"))
	onlyB.Append([]byte("b"), []byte("1"))
	for _, recovered := range []*history.State{&both, &onlyB, {}} {
		r := judge.Judge(cut, recovered, powerCut)
		fmt.Println(r.Verdict)
		for _, v := range r.Violations {
			fmt.Println(v.Class)
		}
	}
	// Output:
	// pass
	// fail
	// hole
	// fail
	// lost
}
