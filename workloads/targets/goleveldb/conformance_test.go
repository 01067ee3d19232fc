package goleveldb_test

import (
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/targets/goleveldb"
	"github.com/lightningdb/lightning-torture/workloads/targets/targettest"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func TestAsTarget(t *testing.T) { targettest.Run(t, afero.NewOsFs(), goleveldb.Open) }

func TestAsTargetOnFaultfs(t *testing.T) {
	targettest.Run(t, faultfs.New(faultfs.Options{}), goleveldb.Open)
}

func TestDamageIsReportedAsCorruption(t *testing.T) {
	disk := faultfs.New(faultfs.Options{})
	env := torture.Env{FS: disk, Dir: "db"}
	store, err := goleveldb.Open(env)
	require.NoError(t, err)
	require.NoError(t, store.Close())
	for _, name := range []string{"db/MANIFEST-000000", "db/CURRENT"} { // goleveldb detects the first, the adapter the second
		require.NoError(t, afero.WriteFile(disk, name, []byte("MANI"), 0o644))
		_, err = goleveldb.Open(env)
		require.ErrorIs(t, err, workloads.ErrCorrupt)
	}
}

func TestAsMeasured(t *testing.T) { targettest.Engine(t, goleveldb.Engine()) }
