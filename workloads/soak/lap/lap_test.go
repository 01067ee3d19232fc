package lap_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/canary"
	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/targets/soakledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// job returns a lap of two cells of a tiny engine. Their faults exclude the slow rounds on a persistent store.
func job(t *testing.T) *lap.Job {
	t.Helper()
	j := &lap.Job{
		Spec: campaign.Spec{
			Version: 1, Engine: "soak-ledger", Workloads: []string{"register"}, Faults: []string{"eio", "enospc"}, Profile: "posix-min", Seed: 5,
			Clients: 1, Ops: 6, Keys: 1, Points: 2,
		},
		Dir: t.TempDir(), Workers: 1, Lap: 2, Canary: true, Of: 2, Cells: []int{0, 1},
	}
	require.NoError(t, j.Save(j.Dir))
	loaded, err := lap.Load(j.Dir)
	require.NoError(t, err)
	require.Equal(t, j, loaded)
	return j
}

// eyes returns a canary with a fixed result.
func eyes(caught bool, err error) func(context.Context, uint64) (canary.Sight, error) {
	return func(context.Context, uint64) (canary.Sight, error) {
		return canary.Sight{Caught: caught, Reason: "it is dark"}, err
	}
}

// work does a job and returns its messages except for beats.
func work(ctx context.Context, t *testing.T, j *lap.Job, try func(context.Context, uint64) (canary.Sight, error)) ([]lap.Message, error) {
	t.Helper()
	var out bytes.Buffer
	w := &lap.Worker{Job: j, Targets: []torture.Target{soakledger.Target()}, Tell: lap.NewTeller(&out), Canary: try}
	err := w.Work(ctx)
	var all []lap.Message
	for d := json.NewDecoder(&out); d.More(); {
		var m lap.Message
		require.NoError(t, d.Decode(&m))
		if m.Beat == nil {
			all = append(all, m)
		}
	}
	return all, err
}

func TestALapReportsItsCanaryAndThenEachCell(t *testing.T) {
	t.Parallel()
	told, err := work(t.Context(), t, job(t), eyes(true, nil))
	require.NoError(t, err)
	require.Len(t, told, 6)
	require.Equal(t, "canary", told[0].Begin.What)
	require.True(t, told[1].Canary.Caught)
	for cell, fault := range []string{"eio", "enospc"} {
		begin, done := told[2+2*cell].Begin, told[3+2*cell].Cell
		require.Equal(t, "register × "+fault, begin.What)
		require.Equal(t, lap.Place{Cell: cell, Workload: "register", Fault: fault}, *begin.Cell)
		require.Equal(t, ledger.Passed, done.Outcome, done.Reasons)
		require.Equal(t, [2]int{2, cell}, [2]int{done.Lap, done.Cell})
		require.Positive(t, done.Images)
		require.Equal(t, 2, done.CrashPoints)
	}
	alone := job(t)
	alone.Cells, alone.Canary = []int{1}, false
	again, err := work(t.Context(), t, alone, nil)
	require.NoError(t, err)
	require.Len(t, again, 2)
	require.Positive(t, told[5].Cell.CPUSeconds)
	require.Positive(t, told[5].Cell.OpenSeconds)
	for _, c := range []*ledger.Cell{told[5].Cell, again[1].Cell} {
		c.Seconds, c.CPUSeconds, c.OpenSeconds = 0, 0, 0
	}
	require.Equal(t, told[5].Cell, again[1].Cell, "the same job gives the same cell")
}

func TestNoCellIsReportedUnlessTheCanaryWasCaught(t *testing.T) {
	t.Parallel()
	told, err := work(t.Context(), t, job(t), eyes(false, nil))
	require.NoError(t, err)
	require.Len(t, told, 2)
	require.Equal(t, "it is dark", told[1].Canary.Reason)

	broken := errors.New("no disk")
	told, err = work(t.Context(), t, job(t), eyes(false, broken))
	require.ErrorIs(t, err, broken)
	require.Len(t, told, 1)

	ctx, cancel := context.WithCancel(t.Context())
	told, err = work(ctx, t, job(t), func(context.Context, uint64) (canary.Sight, error) {
		cancel()
		return canary.Sight{Caught: true}, nil
	})
	require.NoError(t, err)
	require.Len(t, told, 1, "an unfinished cell is not reported")
}

func TestAJobOfAnotherBinaryIsRefused(t *testing.T) {
	t.Parallel()
	other := job(t)
	other.Spec.Engine = "another"
	_, err := work(t.Context(), t, other, eyes(true, nil))
	require.ErrorIs(t, err, torture.ErrConfig)
	larger := job(t)
	larger.Of = 3
	told, err := work(t.Context(), t, larger, eyes(true, nil))
	require.ErrorIs(t, err, torture.ErrConfig)
	require.ErrorContains(t, err, "begin a new soak")
	require.Len(t, told, 2, "no cell is reported")
}

func TestAReplayThatIsImpossibleIsReportedWithTheReason(t *testing.T) {
	t.Parallel()
	j := job(t)
	j.Cells, j.Canary = nil, false
	j.Replays = []lap.Replay{{ID: "x", What: "LT2-NONSENSE", Attempts: 3}}
	told, err := work(t.Context(), t, j, eyes(true, nil))
	require.NoError(t, err)
	require.Len(t, told, 2)
	require.Equal(t, "x", told[0].Begin.ID)
	require.Zero(t, told[1].Replay.Attempts)
	require.NotEmpty(t, told[1].Replay.Reason)
}

// fails is a subject whose cells fail from some number on.
type fails struct {
	lap.Subject
	done, from int
}

func (f *fails) Cell(_ context.Context, t *lap.Task) (*ledger.Cell, error) {
	if f.done++; f.done > f.from {
		return nil, errors.New("the checker is broken")
	}
	t.Progress(uint64(f.done))
	return &ledger.Cell{Outcome: ledger.Passed, Images: 5, Findings: []ledger.Sighting{{ID: "f", Count: 1}}}, nil
}

func (f *fails) Canary(context.Context, uint64) (canary.Sight, error) {
	return canary.Sight{Caught: true}, nil
}

// programs returns the messages of a lap of three cells of a program.
func programs(t *testing.T, s lap.Subject) ([]lap.Message, error) {
	t.Helper()
	j := job(t)
	j.Spec = campaign.Spec{
		Version: 1, Engine: "store {dir}", Seed: 5, Program: &campaign.Program{Way: "fuse", Profiles: []string{"xfs", "btrfs", "ext4-ordered"}, Faults: []string{"power"}},
	}
	j.Of, j.Cells = 3, []int{0, 1, 2}
	var out bytes.Buffer
	w := &lap.Worker{Job: j, Tell: lap.NewTeller(&out)}
	if s != nil {
		w.Programs = func(p *campaign.Program) (lap.Subject, error) { return s, nil }
	}
	err := w.Work(t.Context())
	var all []lap.Message
	for d := json.NewDecoder(&out); d.More(); {
		var m lap.Message
		require.NoError(t, d.Decode(&m))
		if m.Cell != nil || m.Canary != nil {
			all = append(all, m)
		}
	}
	return all, err
}

func TestALapOfAProgramHasItsProfilesAndFaults(t *testing.T) {
	t.Parallel()
	told, err := programs(t, &fails{from: 3})
	require.NoError(t, err)
	require.Len(t, told, 4)
	require.True(t, told[0].Canary.Caught)
	seeds := map[uint64]bool{}
	for i, profile := range []string{"xfs", "btrfs", "ext4-ordered"} {
		c := told[i+1].Cell
		require.Equal(t, []any{2, i, profile, "power", ledger.Passed}, []any{c.Lap, c.Cell, c.Workload, c.Fault, c.Outcome})
		require.Equal(t, profile, c.Findings[0].Workload)
		seeds[c.Seed] = true
	}
	require.Len(t, seeds, 3)
}

// One mishap costs a cell. A program that cannot be judged at all ends the soak.
func TestAProgramThatCannotBeJudgedCostsACellUnlessItIsTheFirst(t *testing.T) {
	t.Parallel()
	told, err := programs(t, &fails{from: 2})
	require.NoError(t, err)
	require.Equal(t, ledger.Unclear, told[3].Cell.Outcome)
	require.Equal(t, []string{"the checker is broken"}, told[3].Cell.Reasons)
	told, err = programs(t, &fails{})
	require.EqualError(t, err, "the checker is broken")
	require.Len(t, told, 1)
	_, err = programs(t, nil)
	require.ErrorIs(t, err, torture.ErrConfig)
	require.ErrorContains(t, err, "this binary does not torture programs, such as store {dir}")
}
