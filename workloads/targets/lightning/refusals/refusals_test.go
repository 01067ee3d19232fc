package refusals_test

import (
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/refusals"
)

func TestLightningRefusesInvalidCalls(t *testing.T) {
	o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true}
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	require.NoError(t, db.Put([]byte("k"), []byte("v"), engine.Sync))
	before := db.Metrics()
	require.NoError(t, refusals.Open(db))
	require.Equal(t, before.Commits, db.Metrics().Commits)
	require.Zero(t, db.Metrics().Snapshots)
	require.NoError(t, db.Close())
	require.NoError(t, refusals.Closed(db))
	require.NoError(t, refusals.Options("db", o))
	require.NoError(t, refusals.Files("db", o))
	require.NoError(t, refusals.Twice(o))
	require.NoError(t, refusals.Names())
	require.NoError(t, refusals.Defaults())
	require.NoError(t, refusals.Edges())
	require.NoError(t, refusals.Window())
	require.NoError(t, refusals.Vacant())
	require.NoError(t, refusals.Repository())
	require.NoError(t, refusals.ReadOnly())
	require.NoError(t, refusals.OnDisk())
	db, err = engine.Open("db", o)
	require.NoError(t, err, "the refused calls changed nothing")
	require.ErrorIs(t, refusals.Closed(db), refusals.ErrAccepted, "the store is open")
}
