package cluster_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/mutants"
)

// quickly lists the mutants that every test run kills, one for each kind of judge. The rest run nightly.
var quickly = map[string]bool{"02-append-unsynced": true, "09-read-before-applied": true, "14-condition-misses-batch": true}

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
			if os.Getenv("LIGHTNING_NIGHTLY") == "" && !quickly[m.Name] {
				t.Skip("set LIGHTNING_NIGHTLY=1: each mutant is built and run; this one fits the source")
			}
			code, out := try(t, root, overlay, m)
			assert.Equal(t, 1, code, "%s", out)
			t.Logf("%s", out)
		})
	}
}

// goTest is the prefix of a mutant's killed-by field if a test of module engine/replica kills it. The lab has no sockets, and some
// sequences of events are too rare for it.
const goTest = "go test "

// try runs the lab or the test that should kill a mutant, and returns its exit code, which is 1 if the mutant is killed.
func try(t *testing.T, root, overlay string, m mutants.Mutant) (int, []byte) {
	t.Helper()
	args, byTest := strings.CutPrefix(m.KilledBy, goTest)
	run := exec.CommandContext(t.Context(), "go", append([]string{"test", "-overlay", overlay}, strings.Fields(args)...)...)
	run.Dir = filepath.Join(root, "engine", "replica")
	if !byTest {
		lab := filepath.Join(t.TempDir(), "lab")
		out, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "-o", lab, "./cmd/cluster-torture").CombinedOutput()
		require.NoError(t, err, "%s", out)
		run = exec.CommandContext(t.Context(), lab, "--seeds", "1..200")
	}
	out, err := run.CombinedOutput()
	exit := (*exec.ExitError)(nil)
	require.ErrorAs(t, err, &exit, "the mutant survives: %s", out)
	return exit.ExitCode(), out
}
