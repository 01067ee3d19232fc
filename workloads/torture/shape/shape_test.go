package shape_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/shape"
)

// trace records the calls that do makes. It returns the ticks of those that change the disk, and the shapes at these ticks.
func trace(t *testing.T, do func(fs *faultfs.FS)) (ticks []uint64, shapes map[uint64]uint64) {
	t.Helper()
	fs := faultfs.New(faultfs.Options{})
	do(fs)
	for _, op := range fs.Trace() {
		if op.Changes() {
			ticks = append(ticks, op.Tick)
		}
	}
	return ticks, shape.Of(fs.Trace())
}

func write(t *testing.T, fs *faultfs.FS, name string, sync bool) {
	t.Helper()
	f, err := fs.Create(name)
	require.NoError(t, err)
	_, err = f.Write([]byte("x"))
	require.NoError(t, err)
	if sync {
		require.NoError(t, f.Sync())
	}
	require.NoError(t, f.Close())
}

func TestNumbersInNamesDoNotMatterAndSyncsDo(t *testing.T) {
	t.Parallel()
	after := func(names ...string) uint64 {
		ticks, shapes := trace(t, func(fs *faultfs.FS) {
			for _, name := range names {
				write(t, fs, name, name == "9.log")
			}
		})
		return shapes[ticks[len(ticks)-1]]
	}
	assert.Equal(t, after("1.log"), after("22.log"))
	assert.NotEqual(t, after("1.log"), after("1.table"))
	assert.NotEqual(t, after("1.log"), after("9.log"), "it was synced")
	assert.NotEqual(t, after("1.log"), after("1.log", "2.log"))
}

// The journal of a campaign and the ledger of a soak compare shapes of several processes.
func TestShapesAreTheSameInAllProcesses(t *testing.T) {
	t.Parallel()
	ticks, shapes := trace(t, func(fs *faultfs.FS) { write(t, fs, "1.log", true) })
	var all []uint64
	for _, tick := range ticks {
		all = append(all, shapes[tick])
	}
	assert.Equal(t, []uint64{11272237199044377897, 637046333599746311, 5273495876492576559}, all)
}

func TestTheCallerMatters(t *testing.T) {
	t.Parallel()
	from := func(callers int) (shapes []uint64) {
		fs := faultfs.New(faultfs.Options{Callers: true})
		for range callers {
			write(t, fs, "1.log", false)
		}
		if callers == 0 {
			write(t, fs, "1.log", false)
		}
		ops := fs.Trace()
		return append(shapes, shape.Of(ops)[ops[0].Tick])
	}
	here, again, other := from(1), from(1), from(0)
	assert.Equal(t, here, again)
	assert.NotEqual(t, here, other)
}

func TestRepeatedChangesAreOneShape(t *testing.T) {
	t.Parallel()
	ticks, shapes := trace(t, func(fs *faultfs.FS) {
		f, err := fs.Create("log")
		require.NoError(t, err)
		for range 5 {
			_, err := f.Write([]byte("x"))
			require.NoError(t, err)
		}
	})
	require.Len(t, ticks, 6)
	var seen shape.Seen
	assert.Equal(t, ticks[:2], seen.Unseen(ticks, shapes), "one name change and one write; the other writes have the same shape")
	for _, tick := range ticks[:1] {
		seen.Add(shapes[tick])
	}
	assert.Equal(t, ticks[1:2], seen.Unseen(ticks, shapes))
	assert.Equal(t, 1, seen.Len())
}
