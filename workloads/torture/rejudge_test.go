package torture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
)

func TestSavedEvidenceIsJudgedWithoutTheEngine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	result, err := Check(t.Context(), toyTarget(noFileSync), Options{
		Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 12, Keys: 4, Dir: dir, NoShrink: true,
	})
	require.NoError(t, err)
	gone := toyTarget(correct)
	gone.Open = func(Env) (workloads.Store, error) { panic("the engine is run") }
	lax := gone
	lax.Promises = Promises{}
	judged := 0
	for _, f := range result.Findings {
		again, err := Rejudge(t.Context(), []Target{gone}, f.File)
		require.NoError(t, err)
		if f.Judge != "durability" {
			continue
		}
		judged++
		assert.Equal(t, checker.Fail, again.Verdict, f.Sentence)
		require.NotEmpty(t, again.Violations)
		assert.Equal(t, f.Class, again.Violations[0].Class)
		if again, err = Rejudge(t.Context(), []Target{lax}, f.File); f.Class == "lost" {
			require.NoError(t, err)
			assert.Equal(t, checker.Pass, again.Verdict, "who promises nothing may lose it")
		}
	}
	require.Positive(t, judged)
	_, err = Rejudge(t.Context(), []Target{gone}, dir)
	require.ErrorIs(t, err, ErrBadToken)
}

func TestSavedEvidenceReplaysItsVeryImage(t *testing.T) {
	t.Parallel()
	result, err := Check(t.Context(), toyTarget(noChecksum), Options{
		Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 12, Keys: 4, Dir: t.TempDir(), NoShrink: true,
	})
	require.NoError(t, err)
	nested, all := 0, 0
	for _, f := range result.Findings {
		target, r, err := fromFile([]Target{toyTarget(noChecksum)}, f.File)
		require.NoError(t, err)
		if r.at.tick == 0 {
			continue
		}
		rec, err := r.saved.recording()
		require.NoError(t, err)
		rec.plan.patience = defaultPatience
		e := newExploration(rec, target)
		r.crash(t.Context(), e)
		require.True(t, r.seen(e), f.Sentence)
		most := 1
		if f.NestedTick != 0 {
			most, nested = 3, nested+1 // before it, and once as if the first crash had left it for good
		}
		assert.LessOrEqual(t, e.tally.images, most, f.Sentence)
		full := newExploration(rec, target)
		full.ticks = [][]uint64{{r.at.tick}}
		full.explore(t.Context(), 1, &progress{})
		all = max(all, full.tally.images)
	}
	require.Positive(t, nested, "no finding needs a crash of a recovery")
	require.Greater(t, all, 3, "every crash point has few images")
}
