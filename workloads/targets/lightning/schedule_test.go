package lightning_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
)

// The schedule tests are made for `lightning-torture wasmexec`, which runs them once per seed; see `make schedules`.
// Clients and background maintenance share a store whose power is cut. The seed determines the workload, the limits of
// the engine, the scripts, the cuts, what survives, and the schedule. Run as ordinary tests they use seedsWithoutHost
// seeds and whatever schedules happen; `make yields` makes more happen.

func TestScheduleOfTransactions(t *testing.T) { runSchedule(t, "bank", "bank-mixed", "append", "swap") }
func TestScheduleOfOperations(t *testing.T)   { runSchedule(t, "register", "kv") }

const (
	cutsPerSchedule  = 4  // power cuts in a run, each at its own tick
	seedsWithoutHost = 20 // seeds that an ordinary test runs
)

func runSchedule(t *testing.T, names ...string) {
	text := os.Getenv("SCHEDULE_SEED")
	if text == "" {
		for seed := range uint64(seedsWithoutHost) {
			t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { runSeed(t, seed, names) })
		}
		return
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err)
	runSeed(t, seed, names)
}

func runSeed(t *testing.T, seed uint64, names []string) {
	rng := rand.New(rand.NewPCG(seed, 1))
	w, known := workloads.ByName(names[rng.IntN(len(names))])
	require.True(t, known)
	script := w.Generate(seed, workloads.Size{Clients: 3, Ops: 20, Keys: 8, ValueBytes: 80})
	r := drive(t, script, rng)
	r.judgeLive(t)
	for range cutsPerSchedule {
		r.judgeCrash(t, 1+rng.Uint64N(r.fs.Now()), rng.Uint64())
	}
}

// driven is the evidence from a run.
type driven struct {
	script  workloads.Script
	fs      *faultfs.FS
	ops     []history.Op
	durable *checker.Durability
}

// drive runs the clients on a store with background maintenance, small enough to need some. Its limits are drawn.
func drive(t *testing.T, script workloads.Script, rng *rand.Rand) *driven {
	t.Helper()
	clock := &history.Clock{}
	fs := faultfs.New(faultfs.Options{Tick: func() uint64 { return uint64(clock.Next()) }})
	o := smallOptions(fs)
	o.InlineMaintenance, o.MemtableBytes, o.MaxOpenFiles = false, 1<<10, 1+rng.IntN(4)
	o.BlockBytes, o.CacheBytes = 1<<rng.IntN(10), 1<<(12+rng.IntN(4))
	o.Limits = engine.Limits{
		IndexEntries: 1 << rng.IntN(6), PendingCommits: 1 << rng.IntN(4), CommitYields: 1 + rng.Int64N(4), ConflictIdle: 1 + rng.Int64N(8),
		TableWholeBytes: 1 << rng.IntN(16),
	}
	var logs atomic.Int64
	o.EventListener = &engine.EventListener{WALCreated: func(uint64) { logs.Add(1) }}
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	rec := history.NewRecorder(clock)
	require.NoError(t, workloads.Drive(t.Context(), lightning.Wrap(db), script, rec, workloads.DriveOptions{}))
	require.Greater(t, logs.Load(), int64(1), "no memtable was full, so there was nothing to maintain")
	require.NoError(t, db.Close())
	return &driven{script, fs, rec.Ops(), checker.NewDurability(rec.Ops(), nil)}
}

// judgeLive judges what the clients saw.
func (r *driven) judgeLive(t *testing.T) {
	t.Helper()
	results := []checker.Result{checker.Assumptions(r.ops), checker.CheckReads(r.ops, nil, checker.MayShow{})}
	if r.script.Lists {
		lists := checker.Lists{IsList: workloads.IsList, Elements: workloads.Elements}
		results = append(results, checker.NewIsolation(r.ops, lists, checker.StrictSerializable).JudgeHistory())
	}
	if r.script.Registers {
		results = append(results, checker.RegisterIsolation(t.Context(), r.ops, nil, checker.StrictSerializable, checker.Limits{}))
	}
	if bank := r.bank(); bank != nil {
		results = append(results, bank.JudgeHistory(r.ops),
			checker.BankLinearizability(t.Context(), r.ops, *bank, checker.Limits{}))
	} else {
		results = append(results, checker.Linearizability(t.Context(), r.ops, &history.State{}, nil, nil, checker.Limits{}))
	}
	requirePass(t, results...)
	for _, op := range r.ops {
		if op.Outcome != history.Acked && op.Err != "" { // without an error, the client rolled it back
			require.Equal(t, workloads.ErrConflict.Error(), op.Err, "only conflicts can fail: the disk has no faults")
		}
	}
}

// judgeCrash cuts the power at a tick, lets the engine recover one of the disks that may be left, and judges what the
// store shows.
func (r *driven) judgeCrash(t *testing.T, tick, survivors uint64) {
	t.Helper()
	image, err := r.fs.Crash(tick, faultfs.Model{}, faultfs.ImageOptions{Chooser: faultfs.Seeded(survivors)})
	require.NoError(t, err)
	db, err := engine.Open("db", smallOptions(image))
	require.NoError(t, err, "power cut at tick %d", tick)
	var state history.State
	require.NoError(t, workloads.ReadAll(lightning.Wrap(db), &state))
	results := []checker.Result{r.durable.Judge(r.cutAt(tick), &state, checker.Rule{Suffix: true, Atomic: true})}
	if bank := r.bank(); bank != nil {
		results = append(results, bank.JudgeState(&state))
	}
	requirePass(t, results...)
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
}

// cutAt returns what had been acknowledged when the disk had performed the operation at tick and none after it.
func (r *driven) cutAt(tick uint64) history.Cut {
	acked := history.Never - 1
	trace := r.fs.Trace()
	next := slices.IndexFunc(trace, func(op faultfs.Op) bool { return op.Tick > tick })
	if next >= 0 {
		acked = history.Tick(trace[next].Tick - 1)
	}
	return history.Cut{Acked: acked, Called: history.Tick(tick)}
}

func (r *driven) bank() *checker.Bank {
	ledger := r.script.Ledger
	if ledger == nil {
		return nil
	}
	return &checker.Bank{
		Total: ledger.Total, Accounts: ledger.Accounts, Turnover: ledger.Turnover, IsAccount: workloads.IsAccount, Balance: workloads.Balance,
	}
}

func requirePass(t *testing.T, results ...checker.Result) {
	t.Helper()
	for _, r := range results {
		require.Equal(t, checker.Pass, r.Verdict, "%s: %s %v", r.Judge, r.Reason, r.Violations)
	}
}
