package torture

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toylog"
)

// A finding in a log is explained, shrunk, saved, rejudged and replayed like any other, and its Go test spells out the steps.
func TestAFindingInALogHasAllParts(t *testing.T) {
	sameRaces(t)
	target := toylog.Target(toylog.FrontNotDurable)
	target.Go = GoExpr{Import: "github.com/lightningdb/lightning-torture/workloads/targets/lightning", Expr: "lightning.LogTarget()"}
	result, err := Check(t.Context(), target, Options{
		Faults: []string{"power"}, Rounds: 2, StopAfter: 1, Clients: 1, Ops: 16, Keys: 6, Seed: 4, Dir: t.TempDir(),
	})
	require.NoError(t, err)
	require.NotEmpty(t, result.Findings)
	f := result.Findings[0]
	require.NotNil(t, f.Shrunk, f.Sentence)
	assert.LessOrEqual(t, f.Shrunk.Operations, 4, f.Sentence)
	require.NotNil(t, f.Explanation, f.Sentence)
	assert.Contains(t, f.Explanation.Sentence, "db/meta")
	for _, again := range []string{f.Token, f.File} {
		replayed, err := Replay(t.Context(), []Target{target}, again, ReplayOptions{Attempts: 5})
		require.NoError(t, err)
		assert.Equal(t, 5, replayed.Hits, again)
	}
	healthy, err := Replay(t.Context(), []Target{toylog.Target(toylog.Correct)}, f.Token, ReplayOptions{})
	require.NoError(t, err)
	assert.False(t, healthy.Reproduced)

	source, err := os.ReadFile(f.Test)
	require.NoError(t, err)
	assert.Contains(t, string(source), "Kind: history.TruncateFront")
	assert.Contains(t, string(source), "Log: &appendlog.Step{")
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("needs the go command in PATH, to compile the test")
	}
	out, err := exec.CommandContext(t.Context(), goTool, "vet", f.Test).CombinedOutput()
	require.NoError(t, err, "%s", out)
}
