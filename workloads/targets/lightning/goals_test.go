package lightning_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

func TestGoalsAskForLimitsThatExist(t *testing.T) {
	target := lightning.Target()
	names := map[string]bool{}
	for _, g := range target.Goals {
		assert.NoError(t, target.CheckLimits(g.Limits), g.Name)
		assert.False(t, names[g.Name], g.Name)
		names[g.Name] = true
		assert.NotEqual(t, g.Watch == nil, g.Event == "", "%s: a goal has either operations to watch or an event", g.Name)
	}
}

// goal returns a goal of Lightning.
func goal(t *testing.T, name string) torture.Goal {
	t.Helper()
	for _, g := range lightning.Target().Goals {
		if g.Name == name {
			return g
		}
	}
	require.Fail(t, "no goal has the name "+name)
	return torture.Goal{}
}

// flushingStore is a store that flushes on request.
type flushingStore interface {
	workloads.Store
	workloads.Maintainer
}

// puts returns n writes with values of the given length.
func puts(n, length int) (writes []history.Write) {
	for i := range n {
		writes = append(writes, history.Write{Key: fmt.Appendf(nil, "k%d", i), Value: bytes.Repeat([]byte{byte(i)}, length)})
	}
	return writes
}

// events opens a store on a fresh disk, calls do, closes the store, and returns the events noted and the disk.
func events(t *testing.T, limits torture.Limits, do func(s flushingStore)) (noted []string, fs *faultfs.FS) {
	t.Helper()
	fs = faultfs.New(faultfs.Options{})
	env := torture.Env{FS: fs, Dir: "db", Inline: true, Limits: limits}.Noting(func(event string) { noted = append(noted, event) })
	s, err := lightning.Open(env)
	require.NoError(t, err)
	do(s.(flushingStore))
	require.NoError(t, s.Close())
	return noted, fs
}

func TestTheLabNotesThatAStoreWasOpenedAgain(t *testing.T) {
	assert.Equal(t, contract.Reopened, goal(t, "reopened").Event)
}

func TestOnlyAManifestThatGrewTooLongCountsAsRolled(t *testing.T) {
	write := func(rounds int) func(flushingStore) {
		return func(s flushingStore) {
			for i := range rounds {
				require.NoError(t, s.Apply(puts(1+i, 10), history.Sync))
				require.NoError(t, s.Flush())
			}
		}
	}
	rolled := goal(t, "manifest-rolled")
	noted, _ := events(t, nil, write(3))
	assert.NotContains(t, noted, rolled.Event, "every session has a first manifest and one written by Close")
	noted, _ = events(t, rolled.Limits, write(12))
	assert.Contains(t, noted, rolled.Event)
}

// The record of a batch over 64 KiB has a chunk that fills a block. Two records that share three blocks have none.
func TestARecordInThreeChunks(t *testing.T) {
	g := goal(t, "record-in-three")
	for values, hits := range map[int]bool{1: false, 2: false, 5: true} {
		_, fs := events(t, g.Limits, func(s flushingStore) {
			for range 2 {
				require.NoError(t, s.Apply(puts(values, 14<<10), history.Sync))
			}
		})
		assert.Equal(t, hits, len(g.Hits(fs.Trace(), nil)) > 0, "%d values", values)
	}
}
