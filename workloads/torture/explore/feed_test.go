package explore

import (
	"errors"
	"os"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// unsynced returns the job of a crash point at which a file of the given size in sectors was written and not synced.
func unsynced(t *testing.T, sectors int) *job {
	t.Helper()
	fs := faultfs.New(faultfs.Options{})
	f, err := fs.Create("f")
	require.NoError(t, err)
	_, err = f.Write(make([]byte, sectors*512))
	require.NoError(t, err)
	return &job{point: faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now())}
}

// Without this budget, a run on a disk that ignores syncs would take longer than all other runs together.
func TestOnlyTheFirstWideCrashPointsOfARunHaveAllImages(t *testing.T) {
	t.Parallel()
	wide, narrow := unsynced(t, 64), unsynced(t, 1)
	f := &feeder{req: &Request{}}
	for range widePoints {
		assert.False(t, f.brief(narrow))
		assert.False(t, f.brief(wide))
	}
	assert.True(t, f.brief(wide))
	assert.False(t, f.brief(narrow))
	for _, req := range []Request{{Wanted: "durability/lost"}, {Whole: true}} {
		f.req = &req
		assert.False(t, f.brief(wide), "a search for one failure, or one for all images, gets all images")
	}
}

// The first passes share one walk over the trace. Their crash points must be those of a walk that stops at each tick alone,
// although the walk has gone on since.
func TestCrashPointsMadeAheadAreThoseOfTheirTicks(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	f, err := fs.Create("f")
	require.NoError(t, err)
	for i := range 8 {
		_, err = f.WriteAt([]byte{byte(i)}, 0)
		require.NoError(t, err)
		if i%3 == 2 {
			require.NoError(t, f.Sync())
		}
	}
	model, last := faultfs.Model{}, fs.Now()
	feeder := &feeder{req: &Request{Subject: &Subject{Recording: &record.Recording{Plan: &plan.Plan{Model: model}}}}}
	feeder.makeAhead(fs, [][]uint64{{2, last}, {1, 3, 5}, make([]uint64, pointsAhead), {4}})
	require.Len(t, feeder.made, 5, "a pass with too many crash points is made when it is sent")
	for tick, ahead := range feeder.made {
		alone := faultfs.NewTimeline(fs, model, 0).Advance(tick)
		require.Equal(t, alone.Tick, ahead.Tick)
		require.Equal(t, alone.Ops(), ahead.Ops(), "tick %d", tick)
		for seed := range uint64(8) {
			o := faultfs.ImageOptions{Chooser: faultfs.Seeded(seed)}
			require.Equal(t, contentOf(t, alone.Image(o)), contentOf(t, ahead.Image(o)), "tick %d, image %d", tick, seed)
		}
	}
}

func contentOf(t *testing.T, fs *faultfs.FS) []byte {
	t.Helper()
	content, err := afero.ReadFile(fs, "f")
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	require.NoError(t, err)
	return content
}
