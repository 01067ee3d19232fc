//go:build linux

package measure

import (
	"os"
	"os/exec"
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

	program := exec.CommandContext(t.Context(), "sh", "-c", "echo ready; read line")
	in, err := program.StdinPipe()
	require.NoError(t, err)
	out, err := program.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, program.Start())
	_, err = out.Read(make([]byte, 8))
	require.NoError(t, err)
	own, err := RSS(program.Process.Pid)
	require.NoError(t, err)
	tree, err := TreeRSS(here)
	require.NoError(t, err)
	require.Contains(t, children(here), program.Process.Pid)
	require.Greater(t, tree, own)
	require.NoError(t, in.Close())
	_ = program.Wait() // read has failed

	const none = 1 << 30 // beyond the largest process ID
	_, err = RSS(none)
	require.Error(t, err)
	_, err = TreeRSS(none)
	require.Error(t, err)
	_, err = Descriptors(none)
	require.Error(t, err)
	_, err = CPU(none)
	require.Error(t, err)
	_, err = Free("/no/such/directory")
	require.Error(t, err)
}
