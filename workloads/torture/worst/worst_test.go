package worst_test

import (
	"encoding/json"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/worst"
)

// subject records a run of a target.
func subject(t *testing.T, target contract.Target, fault string, seed uint64) worst.Subject {
	t.Helper()
	p, err := plan.Resolve(plan.Spec{Workload: "kv", Fault: fault, Profile: "posix-min", Seed: seed, Size: workloads.Size{Clients: 1, Ops: 12, Keys: 4}})
	require.NoError(t, err)
	r := record.Run(t.Context(), target, p, time.Minute)
	require.Empty(t, r.Problems)
	return worst.Subject{Target: target, Recording: r, Judges: judge.New(target, r), Patience: time.Minute, Running: func(uint64) {}}
}

func TestTheWorstRecoveriesAreReportedCallByCall(t *testing.T) {
	t.Parallel()
	var w worst.Worst
	require.Nil(t, w.Report())
	s := subject(t, toy.Target(toy.Correct), "power", 3)
	s.Target.LogGlobs = []string{"*"}
	w.Look(t.Context(), s)
	report := w.Report()
	require.Positive(t, report.Looked)
	require.NotEmpty(t, report.Recoveries)
	reasons := map[string]bool{}
	for _, r := range report.Recoveries {
		for _, why := range r.Why {
			require.False(t, reasons[why], "each criterion names only one recovery")
			reasons[why] = true
		}
		require.Positive(t, r.LostCalls)
		require.LessOrEqual(t, r.Tick, r.Of)
		require.True(t, r.Again)
		require.Positive(t, r.OpenSeconds)
		calls := 0
		for _, step := range r.Steps {
			calls += step.Calls
		}
		require.LessOrEqual(t, calls, r.Calls)
		require.Positive(t, r.Bytes(worst.Replay))
		require.Zero(t, r.Bytes(worst.Read), "all files are logs here")
		require.Len(t, r.Lost, min(r.Gone, 12))
		for _, loss := range r.Lost {
			op := s.Recording.History[loss.ID]
			require.NotEqual(t, history.Sync, op.Durability)
			require.Equal(t, history.Acked, op.Outcome)
			require.LessOrEqual(t, loss.Acked, r.Tick+1)
		}
	}
	require.True(t, reasons["most commits lost"], "some commits of the script are not synced")
}

func TestWhatIsExaminedDependsOnlyOnTheRecording(t *testing.T) {
	t.Parallel()
	told := func() string {
		var w worst.Worst
		for seed := range uint64(3) {
			w.Look(t.Context(), subject(t, toy.Target(toy.Correct), "power", seed+1))
		}
		report := w.Report()
		text, err := json.Marshal(steady(report))
		require.NoError(t, err)
		return string(text)
	}
	first := told()
	require.Equal(t, first, told())
}

// A recovery that the judges reject is a finding of the search, not an example for the report.
func TestARecoveryThatIsRejectedIsNotShown(t *testing.T) {
	t.Parallel()
	var w worst.Worst
	w.Look(t.Context(), subject(t, toy.Target(toy.NoFileSync), "power", 3))
	if report := w.Report(); report != nil {
		for _, r := range report.Recoveries {
			require.Zero(t, r.Synced, "it lost synced commits, so it must not be reported")
		}
	}
}

func TestADiskThatLiesOrRotsIsNotExamined(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{"lost-fsync", "bitrot", "killed"} {
		var w worst.Worst
		w.Look(t.Context(), subject(t, toy.Target(toy.Correct), fault, 3))
		require.Nil(t, w.Report(), fault)
	}
}

func TestARecoveryThatHangsIsReturned(t *testing.T) {
	t.Parallel()
	target := toy.Target(toy.Correct)
	s := subject(t, target, "power", 3)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	s.Target.Open = func(contract.Env) (workloads.Store, error) { <-release; return nil, io.EOF }
	s.Patience = time.Millisecond
	var w worst.Worst
	require.Positive(t, w.Look(t.Context(), s))
	require.Nil(t, w.Report())
}

func TestAPowerCutAfterWhichRecoveryGoesWrongIsReturned(t *testing.T) {
	t.Parallel()
	var w worst.Worst
	s := subject(t, toy.Target(toy.NoFileSync), "power", 3)
	tick := w.Look(t.Context(), s)
	require.Contains(t, s.Recording.CrashTicks(), tick)
	require.Zero(t, w.Look(t.Context(), subject(t, toy.Target(toy.Correct), "power", 3)))
}

func TestTheNumberOfRecoveriesIsBounded(t *testing.T) {
	t.Parallel()
	s := subject(t, toy.Target(toy.Correct), "power", 3)
	looked := 0
	s.Running = func(tick uint64) {
		looked++
		require.True(t, slices.Contains(s.Recording.CrashTicks(), tick))
	}
	var w worst.Worst
	for range 40 {
		w.Look(t.Context(), s)
	}
	require.Equal(t, w.Report().Looked, looked)
	require.LessOrEqual(t, looked, 16*6)
}

// A recovery that is the worst by several criteria stays one recovery.
func TestAnotherProcessGoesOnWithTheSameWorst(t *testing.T) {
	t.Parallel()
	var whole, before worst.Worst
	first, second := subject(t, toy.Target(toy.Correct), "power", 3), subject(t, toy.Target(toy.Correct), "power", 4)
	before.Look(t.Context(), first)
	text, err := json.Marshal(&before)
	require.NoError(t, err)
	var after worst.Worst
	require.NoError(t, json.Unmarshal(text, &after))
	require.Equal(t, before.Report(), after.Report())
	after.Look(t.Context(), second)
	whole.Look(t.Context(), first)
	whole.Look(t.Context(), second)
	require.Equal(t, steady(whole.Report()), steady(after.Report()))
}

// steady returns a report without what depends on time.
func steady(r *worst.Report) *worst.Report {
	for i := range r.Recoveries {
		r.Recoveries[i].OpenSeconds, r.Recoveries[i].ReadSeconds = 0, 0
	}
	return r
}
