package cluster_test

import (
	"os"
	"os/exec"
	"path/filepath"
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
	require.GreaterOrEqual(t, len(all), 15)
	for _, m := range all {
		t.Run(m.Name, func(t *testing.T) {
			dir := t.TempDir()
			overlay, err := m.WriteOverlay(root, dir)
			require.NoError(t, err)
			if os.Getenv("LIGHTNING_NIGHTLY") == "" && !quickly[m.Name] {
				t.Skip("set LIGHTNING_NIGHTLY=1: each mutant is built and run; this one fits the source")
			}
			lab := filepath.Join(dir, "lab")
			out, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "-o", lab, "./cmd/cluster-torture").CombinedOutput()
			require.NoError(t, err, "%s", out)
			out, err = exec.CommandContext(t.Context(), lab, "--seeds", "1..200").CombinedOutput()
			exit := (*exec.ExitError)(nil)
			require.ErrorAs(t, err, &exit, "no seed shows it: %s", out)
			assert.Equal(t, 1, exit.ExitCode(), "%s", out)
			t.Logf("%s", out)
		})
	}
}
