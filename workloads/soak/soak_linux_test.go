package soak_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/canary"
	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/targets/soakledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

// TestMain also makes this binary the child of the soaks in the tests.
func TestMain(m *testing.M) {
	here := apart.Inside()
	if here == nil {
		os.Exit(m.Run())
	}
	here.Begin()
	job, err := lap.Load(here.Dir)
	if err == nil {
		w := &lap.Worker{Job: job, Targets: targets(), Tell: lap.NewTeller(os.Stdout), Running: here.Note}
		w.Canary = func(context.Context, uint64) (canary.Sight, error) { // the real canary has its own tests
			return canary.Sight{Caught: job.Spec.Seed != blindSeed, Images: 7, Reason: "it has no eyes"}, nil
		}
		err = w.Work(context.Background())
	}
	if err = errors.Join(err, here.Done()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(4)
	}
	os.Exit(0)
}

// blindSeed is the seed of a soak in which the canary is missed.
const blindSeed = 404

// fixed is the environment variable that fixes the bugs of the engines here.
const fixed = "SOAK_TEST_FIXED"

// wild is a store that does something to its process after many commits.
type wild struct {
	workloads.Store
	commits int
	do      func()
}

func (w *wild) Apply(writes []history.Write, d history.Durability) error {
	if w.commits++; w.commits == 5 && os.Getenv(fixed) == "" {
		w.do()
	}
	return w.Store.Apply(writes, d)
}

// targets returns an engine that keeps its promises and several that do not.
func targets() []torture.Target {
	all := []torture.Target{soakledger.Target()}
	all[0].Name = "good"
	for name, do := range map[string]func(){
		"panics": func() { go func() { panic("out of luck") }(); select {} },
		"exits":  func() { os.Exit(3) },
		"eats": func() {
			var kept [][]byte
			for {
				b := make([]byte, 1<<20)
				for i := 0; i < len(b); i += 512 {
					b[i] = 1
				}
				kept = append(kept, b)
				runtime.KeepAlive(kept)
			}
		},
	} {
		target := soakledger.Target()
		target.Name = name
		open := target.Open
		target.Open = func(env torture.Env) (workloads.Store, error) {
			s, err := open(env)
			return &wild{Store: s, do: do}, err
		}
		all = append(all, target)
	}
	return append(all, forgetful())
}

// forgetful returns an engine that acknowledges commits without writing them.
func forgetful() torture.Target {
	target := soakledger.Target()
	target.Name = "forgets"
	open := target.Open
	target.Open = func(env torture.Env) (workloads.Store, error) {
		s, err := open(env)
		return &forgets{Store: s}, err
	}
	return target
}

type forgets struct {
	workloads.Store
	commits int
}

func (f *forgets) Apply(writes []history.Write, d history.Durability) error {
	if f.commits++; f.commits%4 == 0 && os.Getenv(fixed) == "" {
		return nil
	}
	return f.Store.Apply(writes, d)
}

func spec(engine string) *campaign.Spec {
	return &campaign.Spec{Version: 1, Engine: engine, Workloads: []string{"register"}, Faults: []string{"power", "killed"}, Profile: "posix-min", Seed: 1, Clients: 1, Ops: 6, Keys: 2, Points: 2}
}

// options returns the options of a soak of a few laps.
func options(dir string, laps int) soak.Options {
	return soak.Options{Dir: dir, Targets: targets(), Build: "test", Laps: laps, Memory: 256 << 20, Workers: 1}
}

// run runs a soak to its end and returns its last status.
func run(t *testing.T, s *soak.Soak, err error) (soak.Status, error) {
	t.Helper()
	require.NoError(t, err)
	err = s.Run(t.Context())
	now := s.Status()
	require.NoError(t, s.Close())
	return now, err
}

// Whatever an engine does to its process costs one cell and is a finding with the same ID in every lap. The soak goes on.
func TestAnEngineThatKillsItsProcessCostsACellAndIsAFinding(t *testing.T) {
	t.Parallel()
	for engine, class := range map[string]string{"panics": "panic", "exits": "exit", "eats": "memory"} {
		s, err := soak.Begin(spec(engine), options(filepath.Join(t.TempDir(), "soak"), 2))
		now, err := run(t, s, err)
		require.NoError(t, err, engine)
		require.Equal(t, 2, now.Totals.Laps, engine)
		require.Equal(t, 4, now.Totals.Lost, engine)
		require.Len(t, now.Findings, 1, engine)
		f := now.Findings[0]
		require.Equal(t, "process", f.Judge, engine)
		require.Equal(t, class, f.Class, "%s: %s", engine, f.Sentence)
		require.Equal(t, ledger.Ongoing, f.State, engine)
		require.NotEmpty(t, f.Token, engine)
		require.Equal(t, soak.Fail, now.Verdict)
	}
}

// A finding is new, then ongoing, then resolved by a build without the bug, then regressed by one that has it again.
func TestAFindingComesAndGoesWithBuilds(t *testing.T) { //nolint:paralleltest // it sets a variable of the environment
	if os.Getenv("LIGHTNING_NIGHTLY") == "" {
		t.Skip("slow: replays every finding of four soaks; run by make nightly")
	}
	dir := filepath.Join(t.TempDir(), "soak")
	s, err := soak.Begin(spec("forgets"), options(dir, 1))
	now, err := run(t, s, err)
	require.NoError(t, err)
	require.NotEmpty(t, now.Findings)
	require.Equal(t, len(now.Findings), now.ByState(ledger.New, nil), "%+v", now.Findings)
	for lap, step := range []struct {
		fixed string
		state ledger.State
	}{{"", ledger.Ongoing}, {"1", ledger.Resolved}, {"", ledger.Regressed}} {
		t.Setenv(fixed, step.fixed)
		s, err = soak.Resume(options(dir, lap+2))
		now, err = run(t, s, err)
		require.NoError(t, err)
		require.Equal(t, lap+2, now.Totals.Laps)
		require.Equal(t, step.state, now.Findings[0].State, "%+v", now.Findings)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "known.json"),
		fmt.Appendf(nil, `[{"id":%q,"reason":"it is forgetful by design"}]`, now.Findings[0].ID), 0o600))
	read, err := soak.Read(dir, now.Now)
	require.NoError(t, err)
	require.Equal(t, now.ByState(ledger.Regressed, nil)-1, read.ByState(ledger.Regressed, read.Known))
	require.Equal(t, now.Totals, read.Totals)
}

// A lab that misses the planted bug says so and reports nothing else.
func TestABlindLabCountsNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "soak")
	blind := spec("good")
	blind.Seed = blindSeed
	s, err := soak.Begin(blind, options(dir, 1))
	now, err := run(t, s, err)
	require.ErrorIs(t, err, soak.ErrBlind)
	require.ErrorContains(t, err, "it has no eyes")
	require.Equal(t, soak.Blind, now.Verdict)
	require.Zero(t, now.Totals.Cells)
	require.Zero(t, now.Totals.Images)
	again, err := soak.Read(dir, now.Now)
	require.NoError(t, err)
	require.Equal(t, soak.Blind, again.Verdict)
}

func TestASoakEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	o := options(filepath.Join(t.TempDir(), "soak"), 0)
	o.Watch = func(now *soak.Status) {
		if now.Totals.Cells == 1 {
			cancel()
		}
	}
	s, err := soak.Begin(spec("good"), o)
	require.NoError(t, err)
	require.Equal(t, "starting", s.Status().Doing)
	require.NoError(t, s.Run(ctx))
	now := s.Status()
	require.False(t, now.Running)
	require.Equal(t, 1, now.Totals.Cells)
	require.Equal(t, "context canceled", now.Stopped)
	require.NoError(t, s.Close())
}
