package kernelfs

import (
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUsersOfADirectoryAreNamed(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	require.Empty(t, usersOf(dir))
	cmd := exec.Command("cat")
	cmd.Dir = dir
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = io.WriteString(in, "x")
	require.NoError(t, err)
	_, err = out.Read(make([]byte, 1)) // from now on it is cat
	require.NoError(t, err)
	users := usersOf(dir)
	require.NoError(t, in.Close())
	require.NoError(t, cmd.Wait())
	require.Equal(t, []string{"process " + strconv.Itoa(cmd.Process.Pid) + " (cat): " + dir}, users)
	require.Empty(t, usersOf(dir))
}
