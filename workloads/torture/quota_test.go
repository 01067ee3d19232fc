package torture

import (
	"context"
	"crypto/sha256"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/quota"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// noTime is the shortest time there is. It stands for a machine so slow that the time is over before the run begins.
func noTime(faults ...string) Options {
	o := toyOptions(faults...)
	o.Rounds, o.For, o.Profile = 0, 1, ""
	return o
}

func TestTheQuotaIsMetHoweverShortTheTime(t *testing.T) {
	o := noTime("power", "bitrot", "failed-fsync")
	r := check(t, toy.Correct, o)
	assert.Equal(t, checker.Pass, r.Verdict, "%v", r.Reasons)
	assert.True(t, r.Quota.Met(), "%v", &r.Quota)
	assert.Equal(t, quota.Share{Done: 3, Owed: 3}, r.Quota.Cells)
	assert.Equal(t, quota.Share{Done: 3 * quota.CellPoints, Owed: 3 * quota.CellPoints}, r.Quota.CrashPoints)
	assert.Equal(t, quota.Share{Done: 2, Owed: 2}, r.Quota.Commits, "bit rot may lose commits")
	assert.Equal(t, quota.Share{Done: len(Profiles()), Owed: len(Profiles())}, r.Quota.Profiles)
	for _, c := range r.Cells {
		assert.GreaterOrEqual(t, c.CrashPoints, quota.CellPoints, c.Fault)
	}
	assert.Positive(t, r.AckedSynced, "some crash points come after the first synced commit")
}

// slow is a toy that is as slow as on a busy machine.
func slow(t *testing.T) Target {
	t.Helper()
	return hostileTarget(func(_ *hostile, recovered bool) error {
		if recovered {
			for range 200 {
				runtime.Gosched()
				sha256.Sum256(make([]byte, 8<<10))
			}
		}
		return nil
	})
}

func TestABusyMachineGivesTheSameVerdict(t *testing.T) {
	sameRaces(t)
	o := noTime("power")
	o.Profile = "posix-min"
	quick := check(t, toy.Correct, o)
	late, err := Check(t.Context(), slow(t), o)
	require.NoError(t, err)
	assert.Equal(t, checker.Pass, quick.Verdict, "%v", quick.Reasons)
	assert.Equal(t, quick.Verdict, late.Verdict, "%v", late.Reasons)
	assert.Equal(t, quick.Quota, late.Quota)
}

func TestARunThatReachesItsLimitBeforeItsQuotaDoesNotPass(t *testing.T) {
	o := noTime("power", "bitrot")
	o.Limit = 1
	r := check(t, toy.Correct, o)
	assert.Equal(t, checker.Inconclusive, r.Verdict)
	require.NotEmpty(t, r.Reasons)
	assert.Contains(t, r.Reasons[0], "the quota was not met within 1ns: 0 of 2 cells, 0 of 16 crash points")
	assert.Contains(t, r.Reasons[0], "allow more time with --limit")
	assert.False(t, r.Interrupted)
}

func TestARunStoppedBeforeItsQuotaDoesNotPass(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := Check(ctx, toy.Target(toy.Correct), noTime("power"))
	require.NoError(t, err)
	assert.Equal(t, checker.Inconclusive, r.Verdict)
	assert.True(t, r.Interrupted)
	assert.Contains(t, r.Reasons[0], "stopped before its quota was met: 0 of 1 cells")
}

func TestARunStoppedAfterItsQuotaCounts(t *testing.T) {
	sameRaces(t)
	ctx, cancel := context.WithCancel(t.Context())
	o := noTime("power")
	o.For = time.Hour
	o.Progress = func(p Progress) {
		if p.Cells.Done == p.Cells.Owed && p.Runs > 1 {
			cancel()
		}
	}
	r, err := Check(ctx, toy.Target(toy.Correct), o)
	require.NoError(t, err)
	assert.True(t, r.Interrupted)
	assert.Equal(t, checker.Pass, r.Verdict, "%v", r.Reasons)
}

// Otherwise a store that loses everything would pass.
func TestCrashesBeforeAnySyncedCommitProveNothing(t *testing.T) {
	target := toy.Target(toy.Correct)
	for durability, missing := range map[history.Durability]string{
		history.Sync: "", history.NoSync: "no explored crash came after a commit that had to survive it",
	} {
		put := workloads.Step{
			Kind: history.Put, Durability: durability, Writes: []history.Write{{Key: []byte("k"), Value: []byte("v")}},
		}
		script := workloads.Script{Clients: [][]workloads.Step{{put}}}
		p, err := plan.FromScript(plan.Spec{Workload: "kv", Fault: "power", Profile: "posix-min"}, script, nil, nil, false)
		require.NoError(t, err)
		s := explore.NewSubject(target, record.Run(t.Context(), target, p, record.DefaultPatience), record.DefaultPatience)
		c := &cell{Result: Cell{Injected: map[string]uint64{}}}
		newFigures(&target).addRun(c, explored{subject: s, found: explore.Explore(t.Context(), explore.NewRequest(s))})
		assert.Equal(t, missing, c.missing())
	}
}

// The store behaves as with O_SYNC: nothing is pending once a call has returned, so in some runs no crash loses a byte.
func TestAStoreThatLosesNoByteMayPass(t *testing.T) {
	sameRaces(t)
	c := &cell{Owes: quota.Owed{Stake: true}, Done: quota.Done{Runs: 1, Images: 9, Points: 9, Committed: 1, AtStake: 3, Open: 4}}
	assert.Empty(t, c.missing(), "something could have been lost")
	for seed := range uint64(2) {
		o := toyOptions("power")
		o.Rounds, o.Seed, o.Ops, o.Keys = 1, 1+seed, 2, 0
		r := check(t, toy.Correct, o)
		assert.Equal(t, checker.Pass, r.Verdict, "seed %d: %v", o.Seed, r.Reasons)
	}
}

// The lab steers its runs to goals that few of them would reach by chance.
func TestRareGoalsAreSteeredTo(t *testing.T) {
	target := toy.Target(toy.Correct)
	target.Goals = []Goal{{Name: "long-log", Text: "the log is long", Watch: writesBeyond(12 << 10)}}
	c, err := newCampaign(target, Options{For: 1, Workers: 1})
	require.NoError(t, err)
	for i := range c.figures.Goals[:len(c.figures.Goals)-1] {
		c.figures.Goals[i].Points = 1
	}
	require.Len(t, c.wantedGoals(), 1)
	require.NoError(t, c.steer(t.Context()))
	assert.Empty(t, c.missedGoals())
}

func TestSteeredRunsTakeTurnsAmongWorkloads(t *testing.T) {
	c, err := newCampaign(toy.Target(toy.Correct), Options{For: 1})
	require.NoError(t, err)
	plain, faults := map[string]bool{}, map[string]bool{}
	for n := range maxSteered {
		cell := c.steeredCell(n)
		if faults[cell.Result.Fault] = true; cell.Result.Fault == "power" {
			plain[cell.Result.Workload] = true
		}
	}
	for _, cell := range c.cells {
		assert.True(t, plain[cell.Result.Workload] || cell.Result.Fault != "power", cell.Result.Workload)
	}
	assert.Greater(t, len(plain), 2)
	assert.Greater(t, len(faults), 2)
}

// In the search, workloads take turns, and so do the goals that need limits.
func TestTheSearchForAGoalSetsTheLimitsThatItNeeds(t *testing.T) {
	target := toy.Target(toy.Correct)
	target.Limits = []Limit{{Name: "roll", Min: 1, Max: 100, Usual: 100}, {Name: "never-drawn", Min: 1, Max: 9, Usual: 9, Draw: DrawOf(9)}}
	target.Goals = []Goal{{Name: "low", Text: "a limit is as low as it can be", Event: "low", Limits: Limits{"never-drawn": 1}}}
	open := target.Open
	target.Open = func(env Env) (workloads.Store, error) {
		if env.Limits["never-drawn"] == 1 {
			env.Note("low")
		}
		return open(env)
	}
	c, err := newCampaign(target, Options{For: 1, Workers: 1})
	require.NoError(t, err)
	for i := range c.figures.Goals[:len(c.figures.Goals)-1] {
		c.figures.Goals[i].Points = 1
	}
	require.NoError(t, c.steer(t.Context()))
	assert.Empty(t, c.missedGoals())
}
