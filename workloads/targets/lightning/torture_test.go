package lightning_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// crashPoints bounds the crash points of a run, and so the work of a test, independent of the machine's load. The
// nightly run explores all of them, a short test half as many. In CI, make torture explores ten times as many.
func crashPoints(most int) int {
	switch {
	case os.Getenv("LIGHTNING_NIGHTLY") != "":
		return 0
	case testing.Short():
		return most / 2
	}
	return most
}

// withoutStandingChecks returns Lightning without the checks that do not depend on a run and take ten seconds in each process.
// TestLightningKeepsItsPromises makes them.
func withoutStandingChecks() torture.Target {
	target := lightning.Target()
	target.Administration.Standing = nil
	return target
}

func TestLightningKeepsItsPromises(t *testing.T) {
	target := lightning.Target()
	o := torture.Options{Rounds: 1, Keys: 300, Ops: 12, CrashPoints: crashPoints(8)}
	if testing.Short() {
		o.Keys, o.Ops, o.CrashPoints = 60, 9, 2
		o.Faults = []string{"power", "failed-fsync", "eio"} // the other faults fail in the same goroutines
		target = withoutStandingChecks()                    // those with several goroutines are short tests of their packages
	}
	r := torture.Run(t, target, o)
	assert.Zero(t, r.Divergences)
	assert.Positive(t, r.NestedImages)
	assert.Positive(t, r.AuditedImages)
	assert.Equal(t, r.AckedSynced, r.Recovered)
	lacks := []history.Kind{
		history.Ingest, // the engine ingests no tables and is not a log
		history.AppendEntries, history.TruncateFront, history.TruncateBack, history.FirstIndex, history.LastIndex,
	}
	for _, o := range r.Operations {
		lacking := slices.Contains(lacks, o.Kind)
		if lacking || !testing.Short() { // a short run has too few operations to include every kind
			assert.Equal(t, !lacking, o.Count > 0, "operations of kind %v", o.Kind)
		}
		assert.Equal(t, lacking, o.Lacking, "operations of kind %v", o.Kind)
	}
}

func TestEveryFaultHitsAndIsSurvived(t *testing.T) {
	if testing.Short() {
		t.Skip("TestLightningKeepsItsPromises covers the same races; run without -short")
	}
	o := torture.Options{
		Workloads: []string{"kv"}, Profile: "posix-min", Rounds: 1, Keys: 300, Ops: 16, CrashPoints: crashPoints(8),
	}
	for _, f := range torture.Faults() {
		o.Faults = append(o.Faults, f.Name)
	}
	r := torture.Run(t, withoutStandingChecks(), o)
	for _, c := range r.Cells {
		assert.Equal(t, c.Fault != "power" && c.Fault != "killed", len(c.Injected) > 0, c.Fault)
	}
}

func TestRangeDeletesKeepThePromises(t *testing.T) {
	if testing.Short() {
		t.Skip("TestLightningKeepsItsPromises covers the same races; run without -short")
	}
	target := withoutStandingChecks()
	target.Name = "lightning, deleting ranges"
	var deleted atomic.Int64
	target.Open = func(env torture.Env) (workloads.Store, error) {
		s, err := lightning.Open(env)
		if err != nil {
			return nil, err
		}
		return lightning.Rewriting(s, func() { deleted.Add(1) }), nil
	}
	o := torture.Options{Rounds: 1, Keys: 120, Ops: 10, CrashPoints: crashPoints(8), Faults: []string{
		"power", "killed", "lost-fsync", "failed-fsync", "eio", "enospc", "short-write", "bitrot", "misplaced-block",
	}}
	if os.Getenv("LIGHTNING_NIGHTLY") == "" { // the other tests try the rest without rewriting
		o.Workloads, o.Faults = []string{"kv", "edges", "lifecycle"}, []string{"power", "killed", "failed-fsync", "short-write", "bitrot"}
	}
	o.InProcess = true // the test counts calls, so the target must run in this process
	r := torture.Run(t, target, o)
	assert.Zero(t, r.Divergences)
	assert.Positive(t, r.NestedImages)
	assert.Positive(t, deleted.Load())
	assert.Equal(t, r.AckedSynced, r.Recovered)
}

// The lab tests blob files only if some values are long enough for them, both at commits and at flushes.
func TestSomeValuesGoToBlobFiles(t *testing.T) {
	o := lightning.Options(nil, true)
	kv, _ := workloads.ByName("kv")
	large, separated := 0, 0
	for seed := range uint64(10) {
		for _, s := range kv.Generate(seed, workloads.Size{Clients: 1, Ops: 40, ValueBytes: 100}).Clients[0] {
			for _, w := range s.Writes {
				switch {
				case len(w.Value) > o.LargeValueBytes:
					large++
				case len(w.Value) >= o.BlobValueBytes:
					separated++
				}
			}
		}
	}
	assert.Greater(t, large, 10)
	assert.Greater(t, separated, 30)
}

func oneClient() torture.Options {
	return torture.Options{
		Workloads: []string{"kv", "bank"}, Faults: []string{"power", "eio"}, Profile: "posix-min",
		Rounds: 1, Clients: 1, Ops: 8, Keys: 60, Seed: 11, CrashPoints: crashPoints(24),
	}
}

// firstOneClient is the run that all others must repeat, including those of go test -count=50 -cpu=1,2.
var firstOneClient = sync.OnceValues(func() (*torture.Result, error) {
	return torture.Check(context.Background(), lightning.Target(), oneClient())
})

func TestOneClientRepeats(t *testing.T) {
	first, err := firstOneClient()
	require.NoError(t, err)
	require.Positive(t, first.RepeatedImages)
	o := oneClient()
	for range 4 {
		o.Workers++ // the number of workers must not matter
		again := torture.Run(t, lightning.Target(), o)
		require.Equal(t, first.TraceHash, again.TraceHash)
		require.Equal(t, first.Images, again.Images)
		require.Zero(t, again.Divergences)
		if testing.Short() {
			return
		}
	}
}

// Lightning's first version kept only 40 of 85,092 entries after a crash, and lost 40 of the bank's 2,000 units.
func TestSeedScenariosPass(t *testing.T) {
	for _, s := range torture.Scenarios() {
		if !strings.HasPrefix(s.Name, "seed-") {
			continue // TestLightningIsProvedInTheSmallScope covers the other one
		}
		t.Run(s.Name, func(t *testing.T) {
			if testing.Short() && s.Name != "seed-concurrent" {
				t.Skip("slow: each takes ten seconds, and seed-concurrent covers the same races; run without -short")
			}
			r, err := torture.Check(context.Background(), lightning.Target(), torture.Options{Scenario: s.Name})
			require.NoError(t, err)
			require.Equal(t, checker.Pass, r.Verdict, "%v %v", r.Findings, r.Reasons)
			assert.Equal(t, r.AckedSynced, r.Recovered)
			switch s.Name {
			case "seed-crash":
				assert.Equal(t, 85_092, r.Recovered)
			case "seed-bank":
				assert.Equal(t, int64(2000), r.BankTotalGot)
			}
		})
	}
}
