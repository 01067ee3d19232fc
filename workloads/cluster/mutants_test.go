package cluster_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/cluster"
	"github.com/lightningdb/lightning-torture/workloads/cluster/finding"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/mutants"
)

// quickly lists the mutants that every test run kills, one for each kind of judge, and what their findings have to say. The rest run
// nightly.
var quickly = map[string]func(t *testing.T, f *finding.Finding){
	"02-append-unsynced": func(t *testing.T, f *finding.Finding) {
		require.NotNil(t, f.Order)
		assert.Equal(t, "acknowledgement", f.Order.By.Op, f.Order.Sentence)
		assert.Contains(t, f.Order.Missing.Source, "replica/ready.go:", f.Order.Sentence)
		assert.Contains(t, f.Order.By.Path, "had entry")
	},
	"09-read-before-applied": func(t *testing.T, f *finding.Finding) {
		assert.True(t, f.Violation.Class.OfHistory(), f.Violation.Class)
		assert.Nil(t, f.Order, "no disk is to blame")
		reads := 0
		for _, n := range f.Needs {
			if n.Kind == cluster.Op && (strings.Contains(n.Text, "get") || strings.Contains(n.Text, "scan") || strings.Contains(n.Text, "snapshot")) {
				reads++
			}
			assert.False(t, n.Loss, n.Text)
		}
		assert.Positive(t, reads, "a read is needed to see a stale value")
	},
	"14-condition-misses-batch": func(t *testing.T, f *finding.Finding) {
		assert.Equal(t, cluster.Effects, f.Violation.Class)
		assert.True(t, slices.ContainsFunc(f.Needs, func(n finding.Need) bool { return strings.Contains(n.Text, history.CAS.String()) }), "%+v", f.Needs)
	},
}

// TestEveryMutantIsKilled plants one bug after another in package replica and checks that some seed reveals it.
func TestEveryMutantIsKilled(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	all, err := mutants.Load(os.DirFS("mutants"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(all), 38)
	for _, m := range all {
		t.Run(m.Name, func(t *testing.T) {
			dir := t.TempDir()
			overlay, err := m.WriteOverlay(root, dir)
			require.NoError(t, err)
			explained, quick := quickly[m.Name]
			if os.Getenv("LIGHTNING_NIGHTLY") == "" && !quick {
				t.Skip("set LIGHTNING_NIGHTLY=1: each mutant is built and run; this one fits the source")
			}
			if _, byTest := strings.CutPrefix(m.KilledBy, goTest); byTest {
				killedByTest(t, root, overlay, m)
				return
			}
			lab := filepath.Join(dir, "lab")
			out, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "-o", lab, "./cmd/cluster-torture").CombinedOutput()
			require.NoError(t, err, "%s", out)
			f := findingOf(t, lab, dir)
			requireSmall(t, f)
			replays(t, lab, f)
			if quick {
				explained(t, f)
			}
		})
	}
}

// run runs a command that has to find something, and returns its output.
func run(t *testing.T, command *exec.Cmd) []byte {
	t.Helper()
	out, err := command.Output()
	exit := (*exec.ExitError)(nil)
	require.ErrorAs(t, err, &exit, "the mutant survives: %s", out)
	require.Equal(t, 1, exit.ExitCode(), "%s%s", out, exit.Stderr)
	return out
}

// findingOf returns what a mutant's lab finds.
func findingOf(t *testing.T, lab, dir string) *finding.Finding {
	t.Helper()
	out := run(t, exec.CommandContext(t.Context(), lab, "--seeds", "1..200", "--format", "json", "--dir", dir))
	t.Logf("%s", out)
	var result struct {
		Finding *finding.Finding `json:"finding"`
	}
	require.NoError(t, json.Unmarshal(out, &result))
	require.NotNil(t, result.Finding)
	return result.Finding
}

// requireSmall checks that a finding was shrunk, and that it needs what is left.
func requireSmall(t *testing.T, f *finding.Finding) {
	t.Helper()
	require.NotNil(t, f.Shrunk)
	before, after := f.Shrunk.Before, f.Shrunk.After
	assert.Less(t, 10*(after.Faults+after.Messages+after.Operations), before.Faults+before.Messages+before.Operations, "%+v", f.Shrunk)
	assert.Less(t, after.Steps, before.Steps)
	for _, n := range f.Needs {
		assert.True(t, n.Needed || !f.Shrunk.Minimal, n.Text)
	}
	assert.NotEmpty(t, f.Timeline)
}

// replays checks that what is left of a run does the same again each time.
func replays(t *testing.T, lab string, f *finding.Finding) {
	t.Helper()
	times := 4
	if os.Getenv("LIGHTNING_NIGHTLY") != "" {
		times = 20
	}
	first := string(run(t, exec.CommandContext(t.Context(), lab, "--replay", f.Token)))
	assert.Contains(t, first, f.Violation.Sentence)
	for range times - 1 {
		require.Equal(t, first, string(run(t, exec.CommandContext(t.Context(), lab, "--replay", f.Token))))
	}
}

// goTest is the prefix of a mutant's killed-by field if a test of module engine/replica kills it. The lab has no sockets, and some
// sequences of events are too rare for it.
const goTest = "go test "

func killedByTest(t *testing.T, root, overlay string, m mutants.Mutant) {
	t.Helper()
	args, _ := strings.CutPrefix(m.KilledBy, goTest)
	test := exec.CommandContext(t.Context(), "go", append([]string{"test", "-overlay", overlay}, strings.Fields(args)...)...)
	test.Dir = filepath.Join(root, "engine", "replica")
	t.Logf("%s", run(t, test))
}
