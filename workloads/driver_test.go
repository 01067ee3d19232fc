package workloads_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

func generate(t *testing.T, workload string, seed uint64, size workloads.Size) workloads.Script {
	t.Helper()
	w, ok := workloads.ByName(workload)
	require.True(t, ok)
	return w.Generate(seed, size)
}

func drive(t *testing.T, store workloads.Store, script workloads.Script) []history.Op {
	t.Helper()
	rec := history.NewRecorder(&history.Clock{})
	require.NoError(t, workloads.Drive(t.Context(), store, script, rec, workloads.DriveOptions{}))
	return rec.Ops()
}

func TestOneClientIsDeterministic(t *testing.T) {
	for _, w := range workloads.All() {
		script := w.Generate(5, workloads.Size{Clients: 1, Ops: 200, Keys: 120, ValueBytes: 30})
		first, again := drive(t, newMemstore(none, 1), script), drive(t, newMemstore(none, 1), script)
		require.Equal(t, first, again, w.Name)
	}
}

func TestTheLastOperationSeesTheWholeStore(t *testing.T) {
	store := newMemstore(none, 1)
	ops := drive(t, store, generate(t, "kv", 1, workloads.Size{Clients: 3, Ops: 50, Keys: 130}))
	last := ops[len(ops)-1]
	require.Equal(t, history.Scan, last.Kind)
	var state, seen history.State
	require.NoError(t, workloads.ReadAll(store, &state))
	for _, r := range last.Reads {
		seen.Append(r.Key, r.Value)
	}
	require.Positive(t, state.Len())
	require.True(t, state.Equal(&seen))
	for _, op := range ops[:len(ops)-1] {
		require.Less(t, op.Return, last.Call)
	}
}

func TestLoadingIsRecordedSyncedLastAndFlushedHalfway(t *testing.T) {
	ops := drive(t, newMemstore(none, 1), generate(t, "register", 1, workloads.Size{Clients: 1, Keys: 350}))
	var kinds []string
	for _, op := range ops {
		kinds = append(kinds, fmt.Sprint(op.Kind, " ", op.Durability))
	}
	want := []string{"batch nosync", "batch nosync", "flush sync", "batch nosync", "batch sync", "scan sync"}
	require.Equal(t, want, kinds)
}

func TestLongScriptsAreCutByQuietScans(t *testing.T) {
	script := generate(t, "register", 2, workloads.Size{Clients: 4, Ops: 700})
	ops := drive(t, newMemstore(none, 1), script)
	window, scans := 0, 0
	var idle history.Tick
	for i, op := range ops {
		window++
		require.LessOrEqual(t, window, 1000)
		if op.Kind == history.Scan {
			require.Less(t, idle, op.Call)
			require.True(t, i+1 == len(ops) || op.Return < ops[i+1].Call)
			window, scans = 0, scans+1
		}
		idle = max(idle, op.Return)
	}
	require.Equal(t, 3, scans, "2,800 operations in phases of 1,000 and less")
}

func TestOutcomesFollowTheErrors(t *testing.T) {
	script := generate(t, "register", 3, workloads.Size{Clients: 1, Ops: 40})
	ops := drive(t, newMemstore(brokenDisk, 5), script)
	writes := 0
	for _, op := range ops {
		if len(op.Writes) == 0 {
			require.Equal(t, history.Acked, op.Outcome)
			continue
		}
		writes++
		switch {
		case writes < 5:
			require.Equal(t, history.Acked, op.Outcome)
		case writes == 5:
			require.Equal(t, history.Unknown, op.Outcome)
			require.Equal(t, errDisk.Error(), op.Err)
			require.NotEqual(t, history.Never, op.Return)
		default:
			require.Equal(t, history.Rejected, op.Outcome)
		}
	}
	require.Greater(t, writes, 6)
}

func TestEachRetryOfAConflictIsAnOperation(t *testing.T) {
	script := workloads.Bank(1, workloads.Size{Clients: 4, Ops: 200}, workloads.BankOptions{Accounts: 2})
	rec := history.NewRecorder(&history.Clock{})
	opts := workloads.DriveOptions{Attempts: 1000}
	require.NoError(t, workloads.Drive(t.Context(), newMemstore(none, 1), script, rec, opts))
	ops := rec.Ops()
	require.Equal(t, checker.Pass, checker.Assumptions(ops).Verdict)
	rejected, again := 0, map[int]history.Op{} // the transaction to be retried, by client
	for _, op := range ops {
		if before, ok := again[op.Client]; ok {
			require.Equal(t, history.Txn, op.Kind)
			require.Equal(t, before.Reads[0].Key, op.Reads[0].Key)
			delete(again, op.Client)
		}
		if op.Outcome == history.Rejected {
			require.Len(t, op.Writes, 2)
			require.Len(t, op.Reads, 2)
			require.Equal(t, workloads.ErrConflict.Error(), op.Err, "whatever the store called it")
			rejected++
			again[op.Client] = op
		}
	}
	require.Positive(t, rejected)
}

func TestAPanicNamesClientAndOperation(t *testing.T) {
	for _, clients := range []int{1, 4} {
		script := generate(t, "register", 1, workloads.Size{Clients: clients, Ops: 200})
		rec := history.NewRecorder(&history.Clock{})
		err := workloads.Drive(t.Context(), newMemstore(torture, 17), script, rec, workloads.DriveOptions{})
		var crash *workloads.Panic
		require.ErrorAs(t, err, &crash)
		require.Equal(t, "invariant broken", crash.Value)
		require.Contains(t, string(crash.Stack), "memstore")
		require.Regexp(t, `^workloads: store panicked in (put|delete) r\d of client \d: invariant broken$`, err.Error())
		if clients == 1 {
			last := rec.Ops()[len(rec.Ops())-1]
			require.Equal(t, history.Unknown, last.Outcome)
			require.Equal(t, history.Never, last.Return)
		}
	}
}

func TestTheEndOfTheContextEndsTheDrive(t *testing.T) {
	for _, clients := range []int{1, 4} {
		ctx, cancel := context.WithCancel(t.Context())
		rec := history.NewRecorder(&history.Clock{})
		store := &countdown{memstore: newMemstore(none, 1), left: 30, end: cancel}
		err := workloads.Drive(ctx, store, generate(t, "register", 1, workloads.Size{Clients: clients, Ops: 300}), rec,
			workloads.DriveOptions{})
		require.ErrorIs(t, err, context.Canceled)
		for _, op := range rec.Ops() {
			require.NotEqual(t, history.Never, op.Return, "a client finishes the operation it has begun")
		}
		require.Less(t, len(rec.Ops()), 100)
	}
}

// countdown cancels a context after some number of writes.
type countdown struct {
	*memstore
	left int
	end  func()
}

func (c *countdown) Apply(writes []history.Write, d history.Durability) error {
	c.mu.Lock()
	if c.left--; c.left == 0 {
		c.end()
	}
	c.mu.Unlock()
	return c.memstore.Apply(writes, d)
}

func TestReadAllRefusesDisorder(t *testing.T) {
	store := newMemstore(disorder, 1)
	store.apply([]history.Write{{Key: []byte("a"), Value: []byte("1")}, {Key: []byte("b"), Value: []byte("2")}})
	var state history.State
	err := workloads.ReadAll(store, &state)
	require.ErrorIs(t, err, workloads.ErrDisorder)
	require.EqualError(t, err, `workloads: scan is out of order: "a" after "b"`)
	require.NotErrorIs(t, workloads.ReadAll(newMemstore(none, 1), &state), workloads.ErrDisorder)
}

// ranged is a memstore with a DeleteRange of its own.
type ranged struct {
	*memstore
	calls int
}

func (r *ranged) DeleteRange(from, to []byte, d history.Durability) error {
	r.calls++
	var writes []history.Write
	err := r.Scan(from, to, func(key, _ []byte) bool {
		writes = append(writes, history.Write{Key: bytes.Clone(key), Delete: true})
		return true
	})
	if err != nil {
		return err
	}
	return r.Apply(writes, d)
}

func TestARangeDeletionIsRecordedAsDeletionsOfItsKeys(t *testing.T) {
	script := generate(t, "kv", 4, workloads.Size{Clients: 1, Ops: 300, Keys: 400})
	store, plain := &ranged{memstore: newMemstore(none, 1)}, newMemstore(none, 1)
	require.Equal(t, drive(t, plain, script), drive(t, store, script), "the history does not depend on who expands the range")
	require.Positive(t, store.calls)
}
