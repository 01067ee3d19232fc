//go:build linux

package measure

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAProcessIsMeasuredAndNoProcessIsAnError(t *testing.T) {
	t.Parallel()
	here := os.Getpid()
	rss, err := RSS(here)
	require.NoError(t, err)
	require.Greater(t, rss, int64(1<<20))
	before, err := Descriptors(here)
	require.NoError(t, err)
	require.Positive(t, before)
	f, err := os.Open(os.DevNull)
	require.NoError(t, err)
	_, err = CPU(here)
	require.NoError(t, err)
	free, err := Free(t.TempDir())
	require.NoError(t, err)
	require.Positive(t, free)
	require.NoError(t, f.Close())

	const none = 1 << 30 // beyond the largest process ID
	_, err = RSS(none)
	require.Error(t, err)
	_, err = Descriptors(none)
	require.Error(t, err)
	_, err = CPU(none)
	require.Error(t, err)
	_, err = Free("/no/such/directory")
	require.Error(t, err)
}
