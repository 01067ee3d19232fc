package workloads_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// judgeAll returns the violations found by all judges of live runs and, as if the process had been killed at the end,
// by those of recovered states.
func judgeAll(
	t *testing.T, script workloads.Script, ops []history.Op, store workloads.Store,
) map[string]checker.Violation {
	t.Helper()
	var state history.State
	require.NoError(t, workloads.ReadAll(store, &state))
	end := history.Cut{Acked: ops[len(ops)-1].Return, Called: ops[len(ops)-1].Return}
	rule := checker.Rule{Lower: checker.AckedMustSurvive, Suffix: true, Atomic: true}
	results := []checker.Result{
		checker.Assumptions(ops), checker.CheckReads(ops, nil, checker.MayShow{}), checker.NewDurability(ops, nil).Judge(end, &state, rule),
		checker.Linearizability(t.Context(), ops, nil, &state, &end, checker.Limits{}),
	}
	if script.Ledger != nil {
		bank := checker.Bank{
			Total: script.Ledger.Total, Accounts: script.Ledger.Accounts, Turnover: script.Ledger.Turnover,
			IsAccount: workloads.IsAccount, Balance: workloads.Balance,
		}
		results = append(results, bank.JudgeState(&state), bank.JudgeHistory(ops),
			checker.BankLinearizability(t.Context(), ops, bank, checker.Limits{}))
	}
	if script.Lists {
		isolation := checker.NewIsolation(ops, checker.Lists{IsList: workloads.IsList, Elements: workloads.Elements},
			checker.StrictSerializable)
		results = append(results, isolation.JudgeHistory(), isolation.JudgeState(end, &state, rule))
	}
	if script.Registers {
		results = append(results, checker.RegisterIsolation(t.Context(), ops, nil, checker.StrictSerializable, checker.Limits{}))
	}
	found := map[string]checker.Violation{}
	for _, op := range ops {
		if strings.Contains(op.Err, workloads.ErrAstray.Error()) {
			found["errors: astray"] = checker.Violation{Sentence: op.Err}
		}
	}
	for _, r := range results {
		require.NotEqual(t, checker.Inconclusive, r.Verdict, "%s: %s", r.Judge, r.Reason)
		for _, v := range r.Violations {
			found[r.Judge+": "+v.Class] = v
		}
	}
	return found
}

// judgedSeeds is the number of seeds for which a store is driven and judged. Four seeds cover every number of clients,
// which is enough for the race detector, whose runs are short.
func judgedSeeds() uint64 {
	if testing.Short() {
		return 4
	}
	return 12
}

func TestACorrectStorePassesEveryJudge(t *testing.T) {
	for seed := range judgedSeeds() {
		size := workloads.Size{Clients: 1 + int(seed%4), Ops: 150, Keys: int(seed%3) * 120, ValueBytes: 40}
		for _, w := range workloads.All() {
			script, store := w.Generate(seed, size), newMemstore(none, 1)
			require.Empty(t, judgeAll(t, script, drive(t, store, script), store), "%s, seed %d", w.Name, seed)
		}
		script, store := workloads.Bank(seed, size, workloads.BankOptions{Accounts: 2, Balance: 60}), newMemstore(none, 1)
		require.Empty(t, judgeAll(t, script, drive(t, store, script), store), "two accounts, seed %d", seed)
	}
}

func TestAStoreThatFailsAndRefusesPassesEveryJudge(t *testing.T) {
	for seed := range judgedSeeds() {
		for _, w := range workloads.All() {
			script := w.Generate(seed, workloads.Size{Clients: 1 + int(seed%4), Ops: 60, Keys: 150})
			store := newMemstore(brokenDisk, 2+int(seed)*7)
			require.Empty(t, judgeAll(t, script, drive(t, store, script), store), "%s, seed %d", w.Name, seed)
		}
	}
}

func TestEveryFlawIsCaught(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: the judges take long, and the tests of a correct store cover the driver; run without -short")
	}
	for _, row := range []struct {
		name     string
		flaw     flaw
		workload string
		want     []string
	}{
		{"conflicts go unnoticed", lostUpdate, "bank", []string{
			"bank: total not conserved", "bank linearizability: not linearizable", "linearizability: not linearizable",
		}},
		{"conflicts of appends go unnoticed", lostUpdate, "append", []string{"isolation: lost update"}},
		{"transactions append before they commit", dirtyWrite, "append", []string{"isolation: G1a"}},
		{"reads of absent keys are not validated", phantom, "append", []string{"isolation: G2-item"}},
		{"reads are not validated", writeSkew, "append", []string{"isolation: G2-item"}},
		{"reads of registers are not validated", writeSkew, "swap", []string{"register isolation: G2-item"}},
		{"conflicts of registers go unnoticed", lostUpdate, "swap", []string{"register isolation: lost update"}},
		{"snapshots read the latest version of lists", tornSnapshot, "append", []string{"isolation: G-single"}},
		{"snapshots are too old", oldSnapshot, "append", []string{"isolation: G-single-realtime"}},
		{"transactions do not read their own writes", blindToSelf, "append", []string{"isolation: internal"}},
		{"rolled back transactions are committed", keptRollback, "append", []string{"isolation: G1a"}},
		{"transactions write before they commit", dirtyWrite, "bank", []string{"reads: refused but present"}},
		{"snapshots are not of one instant", tornSnapshot, "bank", []string{"bank: total not conserved", "reads: torn read"}},
		{"batches lose their last write", tornBatch, "kv", []string{"reads: torn read", "reads: stale read"}},
		{"writes do nothing", lostWrite, "kv", []string{"durability: lost", "reads: stale read"}},
		{"reads are stale", staleRead, "register", []string{"reads: stale read", "linearizability: not linearizable"}},
		{"reads are garbage", garbage, "register", []string{"reads: invented", "linearizability: not linearizable"}},
		{"scans are out of order", disorder, "kv", []string{"reads: unordered scan"}},
		{"cursors show the present", lateCursor, "kv", []string{"reads: from the future", "reads: stale read"}},
		{"cursors skip a key when they turn round", turnSkips, "kv", []string{"reads: stale read"}},
		{"cursors show the key at their end", inclusiveBound, "kv", []string{"errors: astray"}},
		{"a seek passes its key", seekPasses, "kv", []string{"reads: stale read"}},
		{"streams lose their end", shortStream, "kv", []string{"reads: invented"}},
		{"a range deletion keeps the earlier writes of its batch", rangeForgetsBefore, "kv", []string{"reads: invented"}},
		{"a scan of lists does not stop at its end", overruns, "append", []string{"errors: astray"}},
		{"a scan of registers does not stop at its end", overruns, "swap", []string{"errors: astray"}},
		{"a backward scan of registers begins past their end", overrunsBackward, "swap", []string{"errors: astray"}},
		{"refused writes are applied", refusedDone, "register", []string{"reads: refused but present"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			clients := 1 // deterministic
			if row.workload == "bank" || row.workload == "append" || row.workload == "swap" {
				clients = 4 // isolation breaks only where transactions overlap
			}
			found := map[string]checker.Violation{}
			for seed := uint64(1); !containsAll(found, row.want) && seed <= 400; seed++ { // how transactions overlap varies
				script := generate(t, row.workload, seed, workloads.Size{Clients: clients, Ops: 200, ValueBytes: 40})
				store := newMemstore(row.flaw, 7)
				ops := drive(t, store, script)
				store.flaw = none
				maps.Copy(found, judgeAll(t, script, ops, store))
			}
			for _, class := range row.want {
				require.Contains(t, slices.Collect(maps.Keys(found)), class)
				t.Log(class + ": " + found[class].Sentence)
			}
		})
	}
}

func containsAll(found map[string]checker.Violation, classes []string) bool {
	for _, class := range classes {
		if _, ok := found[class]; !ok {
			return false
		}
	}
	return true
}
