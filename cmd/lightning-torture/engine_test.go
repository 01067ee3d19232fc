package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/engine"
)

// lightningTorture runs the command in a process of its own.
func lightningTorture(t *testing.T, args ...string) (code exit.Code, stdout, stderr string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Args = append([]string{"lightning-torture"}, args...) // TestMain runs the command under this name
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run() // the exit code is returned
	return exit.Code(cmd.ProcessState.ExitCode()), out.String(), errs.String()
}

func TestAStoreInUseIsReportedWithItsHolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "db")
	db, err := engine.Open(dir, engine.Options{InlineMaintenance: true})
	require.NoError(t, err)
	require.NoError(t, db.Put([]byte("k"), []byte("v"), engine.Sync))
	for _, command := range []string{"verify", "dump", "lsm", "repair"} {
		code, stdout, stderr := lightningTorture(t, "engine", command, dir)
		require.Equal(t, exit.HostFault, code, command)
		require.Empty(t, stdout)
		require.Contains(t, stderr, "store is open already: "+dir)
		require.Contains(t, stderr, fmt.Sprintf("by process %d; close it there first", os.Getpid()))
	}
	for _, command := range []string{"wal", "sst", "manifest"} {
		code, _, stderr := lightningTorture(t, "engine", command, dir)
		require.Zero(t, code, "%s looks at single files: %s", command, stderr)
	}
	require.NoError(t, db.Close())
	code, stdout, _ := lightningTorture(t, "engine", "dump", dir)
	require.Zero(t, code)
	require.Equal(t, "\"k\" \"v\"\n", stdout)
}
