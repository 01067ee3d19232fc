package torture

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
)

func TestMinimizeKeepsWhatIsNeeded(t *testing.T) {
	t.Parallel()
	all := make([]int, 100)
	for i := range all {
		all[i] = i
	}
	for _, needed := range [][]int{nil, {0}, {99}, {3, 50}, {0, 1, 2, 97, 98, 99}} {
		tries := 0
		got := minimize(all, func(some []int) bool {
			tries++
			return !slices.ContainsFunc(needed, func(n int) bool { return !slices.Contains(some, n) })
		})
		assert.ElementsMatch(t, needed, got)
		assert.Less(t, tries, 120)
	}
}

// A commit that is split in two needs one batch: everything else goes, the other clients with it.
func TestAFindingIsShrunk(t *testing.T) {
	t.Parallel()
	for _, clients := range []int{1, 3} {
		dir := t.TempDir()
		result, err := Check(t.Context(), toyTarget(splitBatch), Options{
			Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: clients, Ops: 30, Keys: 0, Dir: dir, Seed: 3,
		})
		require.NoError(t, err)
		require.NotEmpty(t, result.Findings)
		f := result.Findings[0]
		require.NotNil(t, f.Shrunk, f.Sentence)
		assert.LessOrEqual(t, f.Shrunk.Operations, 2)
		assert.GreaterOrEqual(t, f.Shrunk.Before, 30*clients)
		assert.NotEqual(t, f.Shrunk.Token, f.Token)
		assert.Equal(t, 1, f.Clients, "one client is enough, and its token replays bit for bit")
		for _, again := range []string{f.Token, f.File} {
			replayed, err := Replay(t.Context(), []Target{toyTarget(splitBatch)}, again, ReplayOptions{Attempts: 20})
			require.NoError(t, err)
			assert.Equal(t, 20, replayed.Hits, again)
		}
		healthy, err := Replay(t.Context(), []Target{toyTarget(correct)}, f.Token, ReplayOptions{})
		require.NoError(t, err)
		assert.False(t, healthy.Reproduced)
	}
}

func TestShrinkingMovesAFaultToTheFront(t *testing.T) {
	t.Parallel()
	result, err := Check(t.Context(), toyTarget(ignoreWriteError), Options{
		Workloads: []string{"kv"}, Faults: []string{"eio write log nth=20"}, Rounds: 1, Clients: 1, Ops: 40, Keys: 0,
	})
	require.NoError(t, err)
	require.NotEmpty(t, result.Findings)
	for _, f := range result.Findings {
		require.NotNil(t, f.Shrunk, f.Sentence)
		assert.LessOrEqual(t, f.Shrunk.Operations, 4, f.Sentence)
	}
}

func TestKeptPartsAreInTheToken(t *testing.T) {
	t.Parallel()
	s := spec{
		Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 7, Size: workloads.Size{Clients: 3, Ops: 20, Keys: 500, ValueBytes: 100},
		Keep: &keep{Load: []int{0, 3}, Batch: 4, Steps: []int{2, 17, 300}, Alone: true, Rules: []string{"eio write nth=3"}},
	}
	target, got, at, err := decodeToken(encodeToken("toy", s, where{tick: 9}), []Target{toyTarget(correct)})
	require.NoError(t, err)
	assert.Equal(t, "toy", target.Name)
	assert.Equal(t, s, got)
	assert.Equal(t, where{tick: 9}, at)
}

func TestEverythingKeptIsTheScript(t *testing.T) {
	t.Parallel()
	w, _ := workloads.ByName("kv")
	script := w.Generate(5, workloads.Size{Clients: 3, Ops: 9, Keys: 250})
	k := keepAll(&script)
	assert.Equal(t, script, k.of(script))
	k.Alone = true
	alone := k.of(script)
	require.Len(t, alone.Clients, 1)
	assert.Len(t, alone.Clients[0], 27)
}

// The test that is written for a finding is compiled and run: it fails on the engine that it was found in.
func TestAFindingIsAGoTest(t *testing.T) {
	t.Parallel()
	script := workloads.Transfers(1, 2, 3)
	p := &plan{spec: spec{Workload: "bank", Fault: "power", Profile: "posix-min"}, script: script}
	target := toyTarget(correct)
	target.Go = GoExpr{Import: modulePath + "workloads/targets/lightning", Expr: "lightning.Target()"}
	f := &Finding{ID: "0123456789", Sentence: "A sentence\nof two lines", Explanation: &Explanation{Sentence: "because"}}
	file, err := saveGoTest(filepath.Join(t.TempDir(), "f"+evidenceExt), target, p, f)
	require.NoError(t, err)
	source, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(source), "Kind: history.Txn")
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command to compile the test with")
	}
	out, err := exec.CommandContext(t.Context(), goTool, "test", file).CombinedOutput()
	require.NoError(t, err, "a healthy engine passes: %s", out)
}
