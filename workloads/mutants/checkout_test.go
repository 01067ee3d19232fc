package mutants_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/mutants"
)

func TestFindRoot(t *testing.T) {
	want, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	for _, dir := range []string{".", "../..", "testdata"} {
		root, err := mutants.FindRoot(dir)
		require.NoError(t, err)
		require.Equal(t, want, root)
	}
	other := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(other, "go.mod"), []byte("module example.com/other\n"), 0o600))
	_, err = mutants.FindRoot(other)
	require.ErrorIs(t, err, mutants.ErrCheckout)
	require.ErrorContains(t, err, other)
}
