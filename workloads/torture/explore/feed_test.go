package explore

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
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
