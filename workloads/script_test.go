package workloads_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

func TestScriptsDependOnSeedAndSizeOnly(t *testing.T) {
	size := workloads.Size{Clients: 3, Ops: 60, Keys: 250, ValueBytes: 100}
	for _, w := range workloads.All() {
		first, again := w.Generate(7, size), w.Generate(7, size)
		require.Equal(t, first, again, w.Name)
		require.NotEqual(t, first.Clients, w.Generate(8, size).Clients, w.Name)
		found, ok := workloads.ByName(w.Name)
		require.True(t, ok)
		require.Equal(t, w.Text, found.Text)
		require.Equal(t, w.Name, w.Generate(1, workloads.Size{}).Workload, "the zero size makes a script")
	}
	_, ok := workloads.ByName("nonesuch")
	require.False(t, ok)
}

func TestOneClientsScriptDoesNotDependOnTheOthers(t *testing.T) {
	w, _ := workloads.ByName("register")
	few := w.Generate(7, workloads.Size{Clients: 1, Ops: 50})
	many := w.Generate(7, workloads.Size{Clients: 4, Ops: 80})
	require.Equal(t, few.Clients[0], many.Clients[0][:50])
}

func TestEveryWorkloadDoesWhatItIsFor(t *testing.T) {
	size := workloads.Size{Clients: 2, Ops: 400, Keys: 300, ValueBytes: 64}
	want := map[string][]history.Kind{
		"register": {history.Get, history.Put, history.Delete, history.Flush, history.Compact},
		"kv": {
			history.Get, history.Put, history.Delete, history.Batch, history.Scan, history.Snapshot, history.Flush,
			history.Compact, history.Cursor, history.Barrier, history.Inspect,
		},
		"lifecycle": {
			history.Get, history.Put, history.Delete, history.Batch, history.Scan, history.Snapshot, history.Flush,
			history.Compact, history.Cursor, history.Barrier, history.Inspect, history.Checkpoint, history.Backup, history.Open,
			history.SecondOpen,
		},
		"edges": {
			history.Get, history.Put, history.Delete, history.Batch, history.Scan, history.Snapshot, history.Flush,
			history.Compact, history.Cursor, history.Barrier, history.Inspect,
		},
		"bank":       {history.Snapshot, history.Txn, history.Flush, history.Compact},
		"bank-mixed": {history.Snapshot, history.Txn, history.Flush, history.Compact},
		"swap":       {history.Put, history.Snapshot, history.Txn, history.CAS, history.Increment, history.Append, history.Flush, history.Compact},
		"append":     {history.Snapshot, history.Txn, history.Flush, history.Compact},
		"log": {
			history.Get, history.Put, history.Flush, history.Barrier, history.Open, history.AppendEntries, history.TruncateFront,
			history.TruncateBack, history.FirstIndex, history.LastIndex, history.Checkpoint, history.Backup, history.SecondOpen,
		},
	}
	lengths := map[int]int{}
	for _, w := range workloads.All() {
		script := w.Generate(3, size)
		unique := w.Name != "edges" // edges repeats its shortest values
		kinds, values, loaded := map[history.Kind]bool{}, map[string]bool{}, 0
		add := func(writes []history.Write) {
			for _, write := range writes {
				if !write.Delete && unique {
					require.False(t, values[string(write.Value)], "%s: value %q twice", w.Name, write.Value)
					if w.Name == "kv" || w.Name == "lifecycle" {
						require.Contains(t, []int{64, 3 * 64, 6 * 64}, len(write.Value))
						lengths[len(write.Value)]++
					} else {
						require.Len(t, write.Value, 64)
					}
					values[string(write.Value)] = true
				}
			}
		}
		for _, batch := range script.Preload {
			add(batch)
			loaded += len(batch)
		}
		for _, steps := range script.Clients {
			require.Len(t, steps, 400)
			for _, s := range steps {
				kinds[s.Kind] = true
				add(s.Writes)
			}
		}
		for _, k := range want[w.Name] {
			require.True(t, kinds[k], "%s: no %v", w.Name, k)
		}
		require.Len(t, kinds, len(want[w.Name]), w.Name)
		if script.Ledger != nil {
			loaded -= script.Ledger.Accounts
		}
		if w.Name == "swap" { // swap loads fewer fillers, to help its judge, and all registers
			require.Greater(t, loaded, 200)
			continue
		}
		if w.Log { // all entries are read after each crash
			require.Equal(t, 250, loaded)
			continue
		}
		require.Equal(t, 300, loaded, w.Name)
	}
	require.Len(t, lengths, 3, "kv writes values of three lengths")
}

func TestDifferentStepsWriteDifferentValuesOfAnySize(t *testing.T) {
	for _, size := range []int{0, 1, 5, 6, 7, 200} {
		w, _ := workloads.ByName("kv")
		values := map[string]bool{}
		for _, steps := range w.Generate(1, workloads.Size{Clients: 12, Ops: 120, ValueBytes: size}).Clients {
			for _, s := range steps {
				for _, write := range s.Writes {
					require.False(t, !write.Delete && values[string(write.Value)], "%d bytes: %q twice", size, write.Value)
					values[string(write.Value)] = true
				}
			}
		}
	}
}

func TestBankOpensAllAccountsInOneBatch(t *testing.T) {
	script := workloads.Bank(1, workloads.Size{Clients: 4, Ops: 100, Keys: 5}, workloads.BankOptions{Accounts: 2})
	opening := script.Preload[len(script.Preload)-1]
	require.Len(t, opening, 2)
	var total int64
	for _, w := range opening {
		require.True(t, workloads.IsAccount(w.Key))
		balance, ok := workloads.Balance(w.Value)
		require.True(t, ok)
		require.Equal(t, int64(1000), balance)
		total += balance
	}
	require.Equal(t, workloads.Ledger{Accounts: 2, Total: total}, *script.Ledger)
	require.Equal(t, "account-A", string(opening[0].Key))
	require.False(t, workloads.IsAccount(script.Preload[0][0].Key))
	many := workloads.Bank(1, workloads.Size{}, workloads.BankOptions{Accounts: 40})
	seen := map[string]bool{}
	for _, w := range many.Preload[0] {
		seen[string(w.Key)] = true
	}
	require.Len(t, seen, 40)
}

func TestBalanceRejectsMalformedValues(t *testing.T) {
	for _, v := range []string{"", "12", "x y", "1x ", " 12", strings.Repeat("9", 30) + " "} {
		_, ok := workloads.Balance([]byte(v))
		require.False(t, ok, "%q", v)
	}
	n, ok := workloads.Balance([]byte("-12 c0.1"))
	require.True(t, ok)
	require.Equal(t, int64(-12), n)
}

// Scripts are written out to saved findings and their Go tests, so all of their state is in exported fields.
func TestScriptsHaveNoHiddenFields(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var visit func(typ reflect.Type)
	visit = func(typ reflect.Type) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			visit(typ.Elem())
		case reflect.Map:
			visit(typ.Key())
			visit(typ.Elem())
		case reflect.Struct:
			for f := range typ.Fields() {
				require.True(t, f.IsExported(), "%s.%s", typ, f.Name)
				require.NotEqual(t, reflect.Func, f.Type.Kind(), "%s.%s", typ, f.Name)
				visit(f.Type)
			}
		default:
		}
	}
	visit(reflect.TypeFor[workloads.Script]())
	require.True(t, seen[reflect.TypeFor[workloads.Appending]()])
	require.True(t, seen[reflect.TypeFor[workloads.RegisterTouch]()])
}
