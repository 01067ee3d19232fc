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

// quickly are the mutants that every run of the tests kills: one of each kind of judge.
var quickly = map[string]bool{"02-append-unsynced": true, "09-read-before-applied": true, "14-condition-misses-batch": true}

// TestEveryMutantIsKilled plants one bug after the other in package replica and sees that some seed shows it.
func TestEveryMutantIsKilled(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	all, err := mutants.Load(os.DirFS("mutants"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(all), 25)
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

// serverTest begins what a mutant says of who kills it, if the lab, which has no sockets, cannot: a test of package server.
const serverTest = "go test ./server -run "

// try runs what has to kill a mutant, and returns its exit code: 1 if it does.
func try(t *testing.T, root, overlay string, m mutants.Mutant) (int, []byte) {
	t.Helper()
	name, inServer := strings.CutPrefix(m.KilledBy, serverTest)
	run := exec.CommandContext(t.Context(), "go", "test", "-overlay", overlay, "./server", "-run", name)
	run.Dir = filepath.Join(root, "engine", "replica")
	if !inServer {
		lab := filepath.Join(t.TempDir(), "lab")
		out, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "-o", lab, "./cmd/cluster-torture").CombinedOutput()
		require.NoError(t, err, "%s", out)
		run = exec.CommandContext(t.Context(), lab, "--seeds", "1..200")
	}
	out, err := run.CombinedOutput()
	exit := (*exec.ExitError)(nil)
	require.ErrorAs(t, err, &exit, "nothing shows it: %s", out)
	return exit.ExitCode(), out
}
