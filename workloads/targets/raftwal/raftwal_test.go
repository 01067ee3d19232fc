package raftwal

import (
	"testing"
	"time"

	"github.com/hashicorp/raft-wal/types"
	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/faultfs/osfs"
	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func TestAsLog(t *testing.T) {
	for name, env := range map[string]torture.Env{
		"on the operating system": {FS: afero.NewOsFs(), Dir: t.TempDir()}, "on a faultfs": {FS: faultfs.New(faultfs.Options{}), Dir: "/"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := OpenLog(env)
			require.NoError(t, err)
			// NB: v0.2.4 loses a log that does not begin with 1.
			entries := []appendlog.Entry{{Index: 1, Data: []byte("one")}, {Index: 2}, {Index: 3, Data: []byte("three")}}
			require.NoError(t, l.Append(entries, history.Sync))
			require.NoError(t, l.(appendlog.FrontTruncater).TruncateFront(2, history.Sync))
			require.NoError(t, l.(appendlog.Values).Set([]byte(appendlog.VoteKey), []byte("me"), history.Sync))
			require.NoError(t, appendlog.SetNumber(l, []byte(appendlog.TermKey), 3, history.Sync))
			require.NoError(t, l.Close())
			l, err = OpenLog(env)
			require.NoError(t, err)
			seen := map[string]string{}
			require.NoError(t, appendlog.Visit(l, func(key, value []byte) bool {
				seen[string(key)] = string(value)
				return true
			}))
			require.Equal(t, map[string]string{
				appendlog.TermKey: "3", appendlog.VoteKey: "me",
				string(history.EntryKey(2)): "", string(history.EntryKey(3)): "three",
			}, seen)
			require.NoError(t, l.(appendlog.BackTruncater).TruncateBack(3, history.Sync)) // NB: v0.4.0 does not open after this
			first, last, err := appendlog.Ends(l)
			require.NoError(t, err)
			require.Equal(t, []uint64{2, 2}, []uint64{first, last})
			require.NoError(t, l.(appendlog.BackTruncater).TruncateBack(1, history.Sync))
			first, last, err = appendlog.Ends(l)
			require.NoError(t, err)
			require.True(t, appendlog.IsEmpty(first, last))
			require.NoError(t, l.Close())
		})
	}
}

// TestTheMetaStoreKeepsItsPromise cuts the power after every operation on the disk. A call that had returned must be
// durable.
func TestTheMetaStoreKeepsItsPromise(t *testing.T) {
	disk := faultfs.New(faultfs.Options{})
	state := func(id uint64) types.PersistentState {
		return types.PersistentState{NextSegmentID: id, Segments: []types.SegmentInfo{{ID: id, BaseIndex: 1, CreateTime: time.Unix(1, 0).UTC()}}}
	}
	s := &metaStore{disk: osfs.New(disk)}
	require.ErrorIs(t, s.CommitState(state(1)), errNotLoaded)
	empty, err := s.Load("/")
	require.NoError(t, err)
	require.Zero(t, empty)
	var ends []uint64 // the tick at which each pair of calls had returned
	for id := uint64(1); id <= 3; id++ {
		require.NoError(t, s.CommitState(state(id)))
		require.NoError(t, s.SetStable([]byte("k"), []byte{byte(id)}))
		ends = append(ends, disk.Now())
	}
	for tick := uint64(1); tick <= disk.Now(); tick++ {
		done := 0
		for done < len(ends) && ends[done] <= tick {
			done++
		}
		line := faultfs.NewTimeline(disk, faultfs.Model{Profile: faultfs.Profiles()[0]}, 0)
		for seed := range uint64(8) {
			img := line.Advance(tick).Image(faultfs.ImageOptions{Chooser: faultfs.Seeded(seed)})
			left := &metaStore{disk: osfs.New(img)}
			found, err := left.Load("/")
			require.NoError(t, err)
			require.GreaterOrEqual(t, found.NextSegmentID, uint64(done), "at tick %d", tick)
			value, err := left.GetStable([]byte("k"))
			require.NoError(t, err)
			if done > 0 {
				require.GreaterOrEqual(t, value[0], byte(done))
			}
		}
	}
}
