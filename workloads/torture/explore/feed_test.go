package explore

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// unsynced returns the job of a crash at which a file of so many sectors was written, and nothing was synced.
func unsynced(t *testing.T, sectors int) *job {
	t.Helper()
	fs := faultfs.New(faultfs.Options{})
	f, err := fs.Create("f")
	require.NoError(t, err)
	_, err = f.Write(make([]byte, sectors*512))
	require.NoError(t, err)
	return &job{point: faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now())}
}

// A run of a disk that syncs nothing has a budget: it would take longer than all others together.
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
		assert.False(t, f.brief(wide), "who looks for a failure, or claims all images, has them")
	}
}
