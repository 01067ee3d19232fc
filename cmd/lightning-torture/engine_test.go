package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/engine"
)

func TestStoreThatIsOpenElsewhereIsNamedWithItsHolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "db")
	db, err := engine.Open(dir, engine.Options{InlineMaintenance: true})
	require.NoError(t, err)
	require.NoError(t, db.Put([]byte("k"), []byte("v"), engine.Sync))
	for _, command := range []string{"verify", "dump", "lsm", "repair"} {
		b := newBench(t, verdict(checker.Pass), nil)
		require.EqualValues(t, exitHost, b.execute([]string{"engine", command, dir}), command)
		require.Empty(t, b.out.String())
		require.Contains(t, b.err.String(), "store is open already: "+dir)
		require.Contains(t, b.err.String(), fmt.Sprintf("by process %d; close it there first", os.Getpid()))
	}
	for _, command := range []string{"wal", "sst", "manifest"} {
		b := newBench(t, verdict(checker.Pass), nil)
		require.Zero(t, b.execute([]string{"engine", command, dir}), "%s looks at single files: %s", command, b.err.String())
	}
	require.NoError(t, db.Close())
	b := newBench(t, verdict(checker.Pass), nil)
	require.Zero(t, b.execute([]string{"engine", "dump", dir}))
	require.Equal(t, "\"k\" \"v\"\n", b.out.String())
}
