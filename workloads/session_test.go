package workloads_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

func TestAHistorySaysWhetherAClosedStoreWasSynced(t *testing.T) {
	script := workloads.Script{Clients: [][]workloads.Step{{{Kind: history.Open}}}}
	for syncs, want := range map[bool]history.Durability{true: history.Sync, false: history.NoSync} {
		store, rec := newMemstore(none, 1), history.NewRecorder(&history.Clock{})
		require.NoError(t, workloads.Drive(t.Context(), store, script, rec, workloads.DriveOptions{Opener: workloads.Opener{
			Open: func() (workloads.Store, error) { return store, nil }, CloseSyncs: syncs,
		}}))
		first := rec.Ops()[0]
		require.Equal(t, history.Close, first.Kind)
		require.Equal(t, want, first.Durability)
	}
}
