package torture

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// The shards of a matrix together do the same as one run of the whole matrix, cell by cell.
func TestShardsTogetherDoTheSameAsOneRun(t *testing.T) {
	sameRaces(t)
	o := toyOptions("power", "eio", "failed-fsync")
	o.Workloads, o.Rounds, o.CrashPoints = []string{"register", "kv"}, 1, 8
	whole := check(t, toy.Correct, o)
	cells, err := Matrix(toy.Target(toy.Correct), o)
	require.NoError(t, err)
	require.Len(t, cells, 6)
	images := 0
	for i := range 4 {
		o.Shard = Shard{Index: i + 1, Of: 4}
		part := check(t, toy.Correct, o)
		require.Equal(t, checker.Pass, part.Verdict, "%v", part.Reasons)
		for j, c := range part.Cells {
			require.Equal(t, cells[i+4*j].Workload, c.Workload)
			require.Equal(t, cells[i+4*j].Fault, c.Fault)
			require.Contains(t, whole.Cells, c)
		}
		images += part.Images
	}
	require.Equal(t, whole.Images, images)
	for _, bad := range []Shard{{0, 2}, {3, 2}, {1, 0}, {7, 7}, {-1, -1}} {
		o.Shard = bad
		_, err := Check(t.Context(), toy.Target(toy.Correct), o)
		require.ErrorIs(t, err, ErrConfig, "%v", bad)
	}
}

// A known finding is counted and named, but neither explained nor shrunk.
func TestAKnownFindingIsOnlyCounted(t *testing.T) {
	o := toyOptions("power")
	o.Rounds = 1
	first := check(t, toy.NoFileSync, o)
	require.NotEmpty(t, first.Findings)
	require.NotNil(t, first.Findings[0].Explanation)
	o.Dir, o.Known = t.TempDir(), func(string) bool { return true }
	again := check(t, toy.NoFileSync, o)
	require.Len(t, again.Findings, len(first.Findings))
	for i, f := range again.Findings {
		require.Equal(t, first.Findings[i].ID, f.ID)
		require.Equal(t, first.Findings[i].Count, f.Count)
		require.NotEmpty(t, f.Token)
		require.Nil(t, f.Explanation)
		require.Nil(t, f.Shrunk)
		require.Empty(t, f.File)
	}
}

// The recorded disk of an engine without syncs fails forever. A rerun uses what the fixed engine writes, and passes.
func TestAFixedEnginePassesARerun(t *testing.T) {
	sameRaces(t)
	for _, clients := range []int{1, 3} {
		o := toyOptions("power")
		o.Rounds, o.Clients, o.Dir = 1, clients, t.TempDir()
		found := check(t, toy.NoFileSync, o).Findings
		require.NotEmpty(t, found)
		for _, of := range []string{found[0].File, found[0].Token} {
			rerun := func(bug toy.Bug) *ReplayResult {
				r, err := Rerun(t.Context(), []Target{toy.Target(bug)}, of, ReplayOptions{Attempts: 3, ID: found[0].ID, Dir: o.Dir})
				require.NoError(t, err)
				require.Equal(t, 3, r.Attempts)
				return r
			}
			require.Equal(t, 3, rerun(toy.NoFileSync).Hits, "%d clients, %s", clients, of)
			require.Zero(t, rerun(toy.Correct).Hits)
			require.Zero(t, rerun(toy.NoChecksum).Hits, "a different bug is a different finding")
		}
		saved, err := Replay(t.Context(), []Target{toy.Target(toy.Correct)}, found[0].File, ReplayOptions{})
		require.NoError(t, err)
		require.True(t, saved.Reproduced, "a replay recovers the recorded disk")
	}
}
