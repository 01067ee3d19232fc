package torture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

func TestSavedEvidenceIsJudgedWithoutTheEngine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	result, err := Check(t.Context(), toy.Target(toy.NoFileSync), Options{
		Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 12, Keys: 4, Dir: dir, NoShrink: true,
	})
	require.NoError(t, err)
	gone := toy.Target(toy.Correct)
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
			assert.Equal(t, checker.Pass, again.Verdict, "an engine without promises may lose it")
		}
	}
	require.Positive(t, judged)
	_, err = Rejudge(t.Context(), []Target{gone}, dir)
	require.ErrorIs(t, err, ErrBadToken)
}
