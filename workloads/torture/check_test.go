package torture

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/quota"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// toyOptions returns options for a few small runs of one client, whose work is always the same.
func toyOptions(faults ...string) Options {
	return Options{
		Workloads: []string{"register"}, Faults: faults, Profile: "posix-min", Rounds: 4, Clients: 1, Ops: 12, Keys: 4, Seed: 7,
	}
}

func check(t *testing.T, bug toy.Bug, o Options) *Result {
	t.Helper()
	r, err := Check(context.Background(), toy.Target(bug), o)
	require.NoError(t, err)
	return r
}

func TestACorrectStorePasses(t *testing.T) {
	o := toyOptions()
	o.Rounds, o.Ops = scope(1, 6, 12), 20
	for _, f := range Faults() {
		if f.Name != "open-files" && f.Name != "misplaced-block" { // a toy has a single file, open once
			o.Faults = append(o.Faults, f.Name)
		}
	}
	r := check(t, toy.Correct, o)
	assert.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
	assert.Positive(t, r.NestedImages)
	assert.Positive(t, r.BytesLost)
	assert.Zero(t, r.Divergences)
	assert.Greater(t, r.WidestExhaustive, 1)
	assert.Equal(t, r.AckedSynced, r.Recovered)
	assert.Zero(t, r.UnexploredPoints)
}

func TestEveryToyBugIsFound(t *testing.T) {
	for _, c := range []struct {
		name  string
		bug   toy.Bug
		fault string
		class string
	}{
		{"the log is not synced", toy.NoFileSync, "power", "lost"},
		{"the log's name is not synced", toy.NoDirSync, "power", "lost"},
		{"the directory's name is not synced", toy.NoParentSync, "power", "lost"},
		{"the tail is replayed without checking its checksum", toy.NoChecksum, "power", "invented"},
		{"records are appended behind a torn tail", toy.NoTruncate, "power", "lost"},
		{"a failed sync is retried, and its success is believed", toy.RetrySync, "failed-fsync", "lost"},
		{"a write error is ignored", toy.IgnoreWriteError, "short-write", ""},
		{"a batch is logged as two records", toy.SplitBatch, "power", "torn batch"},
		{"recovery panics at a torn tail", toy.Panics, "power", "panic"},
		{"recovery leaves a file", toy.Leftover, "power", "leftover files"},
		{"a closed store keeps a file open", toy.KeepsFileOpen, "power", "open files"},
		{"a read error counts as the end of the log", toy.ReadErrorEndsLog, "power", "lost"},
		{"after one failed Open, all later ones fail", toy.FailedOpenBlocks, "power", "does not recover"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.bug != toy.NoFileSync && c.bug != toy.Panics {
				sameRaces(t)
			}
			o := toyOptions(c.fault)
			if c.bug == toy.SplitBatch {
				o.Workloads, o.Ops, o.Keys = []string{"kv"}, 20, 30
			}
			o.NoShrink = true
			if slices.Contains([]string{"lost", "invented", "panic"}, c.class) {
				o.StopAfter = 1 // the other bugs need not be what the lab finds first
			}
			r := check(t, c.bug, o)
			require.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
			if c.class != "" {
				var classes []string
				for _, f := range r.Findings {
					classes = append(classes, f.Class)
				}
				assert.Contains(t, classes, c.class)
			}
			replayed, err := Replay(context.Background(), []Target{toy.Target(c.bug)}, r.Findings[0].Token, ReplayOptions{Attempts: 2})
			require.NoError(t, err)
			assert.Equal(t, 2, replayed.Hits, "%s", r.Findings[0].Token)
			fixed, err := Replay(context.Background(), []Target{toy.Target(toy.Correct)}, r.Findings[0].Token, ReplayOptions{})
			require.NoError(t, err)
			assert.False(t, fixed.Reproduced, "the toy.Correct store must not fail there")
		})
	}
}

func TestSameSeedSameRun(t *testing.T) {
	sameRaces(t)
	first := check(t, toy.Correct, toyOptions("power", "eio"))
	for range scope(2, 2, 10) {
		again := check(t, toy.Correct, toyOptions("power", "eio"))
		assert.Equal(t, first.TraceHash, again.TraceHash)
		assert.Equal(t, first.Images, again.Images)
		assert.Equal(t, first.Verdict, again.Verdict)
	}
}

// The toy reads its log only while it is opened, so a rule about reads hits nothing in a run.
func TestARuleThatHitsNothingInRunsHitsRecoveries(t *testing.T) {
	o := toyOptions("eio read log")
	o.Rounds = 1
	r := check(t, toy.Correct, o)
	require.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
	assert.Positive(t, r.FaultsInjected["eio_read"])
	assert.Equal(t, uint64(r.FaultyRecoveries), r.FaultsInjected["eio_read"])
	r = check(t, toy.ReadErrorEndsLog, o)
	require.Equal(t, checker.Fail, r.Verdict)
	require.NotEmpty(t, r.Findings)
	replayed, err := Replay(t.Context(), []Target{toy.Target(toy.ReadErrorEndsLog)}, r.Findings[0].Token, ReplayOptions{})
	require.NoError(t, err)
	assert.True(t, replayed.Reproduced, r.Findings[0].Token)
}

func TestCellsThatProveNothing(t *testing.T) {
	good := cell{
		Result: Cell{Injected: map[string]uint64{"eio_write": 1}}, Owes: quota.Owed{Fault: true},
		Done: quota.Done{Runs: 1, Images: 9, Points: 3, Committed: 1},
	}
	for reason, spoil := range map[string]func(c *cell){
		"":                               func(*cell) {},
		"never injected":                 func(c *cell) { c.Result.Injected = nil },
		"the sweep stopped after 1 runs": func(c *cell) { c.series = &plan.Series{} },
		"linearizability: too big":       func(c *cell) { c.Unknown = map[string]bool{"linearizability: too big": true} },
	} {
		c := good
		spoil(&c)
		c.judge()
		if reason == "" {
			assert.Empty(t, c.Result.Reasons)
			continue
		}
		require.Len(t, c.Result.Reasons, 1, reason)
		assert.Contains(t, c.Result.Reasons[0], reason)
	}
}

func TestSavedEvidenceReplays(t *testing.T) {
	o := toyOptions("power")
	o.Dir, o.Clients, o.Rounds = t.TempDir(), 3, 2
	r := check(t, toy.NoDirSync, o)
	require.NotEmpty(t, r.Findings)
	for _, f := range r.Findings {
		again, err := Replay(context.Background(), []Target{toy.Target(toy.NoDirSync)}, f.File, ReplayOptions{Attempts: 20})
		require.NoError(t, err)
		assert.Equal(t, 20, again.Hits, f.Sentence)
		assert.True(t, again.Recorded, "a replay of evidence recovers the recorded disk")
		byToken, err := Replay(context.Background(), []Target{toy.Target(toy.NoDirSync)}, f.Token, ReplayOptions{Dir: o.Dir})
		require.NoError(t, err)
		assert.True(t, byToken.Reproduced)
	}
}

func TestAReplayThatDivergesSaysSo(t *testing.T) {
	sameRaces(t)
	r := check(t, toy.NoFileSync, toyOptions("power"))
	require.NotEmpty(t, r.Findings)
	f := r.Findings[0]
	token := evidence.Token("toy", plan.Spec{
		Workload: f.Workload, Fault: f.Fault, Profile: f.Profile, Seed: f.Seed, Size: workloads.Size{Clients: 1, Ops: 1},
	}, evidence.Place{Tick: 1 << 20})
	replayed, err := Replay(context.Background(), []Target{toy.Target(toy.NoFileSync)}, token, ReplayOptions{})
	require.NoError(t, err)
	assert.False(t, replayed.Reproduced)
	assert.Contains(t, replayed.Diverged, "tick 1048576")
}

func TestUnknownModelsAreRefused(t *testing.T) {
	o := toyOptions("power")
	o.Device = "sector=3"
	_, err := Check(context.Background(), toy.Target(toy.Correct), o)
	require.ErrorIs(t, err, ErrConfig)
	require.ErrorContains(t, err, "sector=512 or sector=4096")
	o.Device, o.Profile = "", "fat"
	_, err = Check(context.Background(), toy.Target(toy.Correct), o)
	require.ErrorContains(t, err, "choose one of posix-min, ext4-ordered")
}

func TestAStoreWithoutTransactionsIsNotAskedForAny(t *testing.T) {
	sameRaces(t)
	o := toyOptions("power")
	o.Workloads, o.Rounds, o.CrashPoints = nil, 1, 8
	r := check(t, toy.Correct, o)
	assert.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
	require.Len(t, r.Cells, 4)
	for i, want := range []string{"register", "kv", "edges", "lifecycle"} {
		assert.Equal(t, want, r.Cells[i].Workload)
	}
}

func TestBitRotCountsAsLoss(t *testing.T) {
	t.Parallel()
	for name, needed := range map[string]bool{"power": true, "killed": false, "bitrot": false, "stale-block": false} {
		p, err := plan.Resolve(plan.Spec{Workload: "kv", Fault: name, Profile: "posix-min", Seed: 1})
		require.NoError(t, err)
		c := &cell{Result: Cell{Injected: map[string]uint64{}}}
		target := toy.Target(toy.Correct)
		s := &explore.Subject{Target: target, Recording: &record.Recording{Plan: p}}
		s.Judges = judge.New(target, s.Recording)
		newFigures(&target).addRun(c, explored{subject: s, found: &explore.Outcome{}})
		assert.Equal(t, needed, c.Owes.Stake, name)
	}
}
