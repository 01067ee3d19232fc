package workloads_test

import (
	"errors"
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

// failing is a store whose Close fails.
type failing struct{ workloads.Store }

func (failing) Close() error { return errors.New("no") }

func TestAStoreThatMayHaveLostBufferedCommitsIsNotOpenedAgain(t *testing.T) {
	put := func(d history.Durability) workloads.Step {
		return workloads.Step{Kind: history.Put, Durability: d, Writes: []history.Write{{Key: []byte("k"), Value: []byte("v")}}}
	}
	open, get := workloads.Step{Kind: history.Open}, workloads.Step{Kind: history.Get, Keys: [][]byte{[]byte("k")}}
	for _, c := range []struct {
		name  string
		steps []workloads.Step
		close bool // without an error
		open  bool // again
	}{
		{"buffered, and closed cleanly", []workloads.Step{put(history.Buffered), open, get}, true, true},
		{"buffered, and not closed cleanly", []workloads.Step{put(history.Buffered), open, get}, false, false},
		{"synced after that", []workloads.Step{put(history.Buffered), put(history.Sync), open, get}, false, true},
		{"synced, but only before the buffered commit", []workloads.Step{put(history.Sync), put(history.Buffered), open, get}, false, false},
		{"not synced, but handed over", []workloads.Step{put(history.NoSync), open, get}, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var store workloads.Store = newMemstore(none, 1)
			if !c.close {
				store = failing{store}
			}
			rec, opened := history.NewRecorder(&history.Clock{}), store
			err := workloads.Drive(t.Context(), store, workloads.Script{Clients: [][]workloads.Step{c.steps}}, rec, workloads.DriveOptions{
				Opener:   workloads.Opener{Open: func() (workloads.Store, error) { return store, nil }},
				Reopened: func(s workloads.Store) { opened = s },
			})
			kinds := map[history.Kind]int{}
			for _, op := range rec.Ops() {
				kinds[op.Kind]++
			}
			require.Equal(t, 1, kinds[history.Close])
			if !c.open {
				require.ErrorContains(t, err, "close: no")
				require.Nil(t, opened)
				require.Zero(t, kinds[history.Open]+kinds[history.Get])
				return
			}
			require.NoError(t, err)
			require.Equal(t, store, opened)
			require.Equal(t, 1, kinds[history.Open])
			require.Equal(t, 1, kinds[history.Get])
		})
	}
}
