package decide

import (
	"fmt"
	"hash/maphash"
	"slices"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// pending returns a crash point at which one sector of each of several files was overwritten and not synced.
func pending(t *testing.T, files int, content string) *faultfs.CrashPoint {
	t.Helper()
	fs := faultfs.New(faultfs.Options{})
	var open []afero.File
	for i := range files {
		f, err := fs.Create(fmt.Sprint(i))
		require.NoError(t, err)
		_, err = f.Write([]byte("before"))
		require.NoError(t, err)
		require.NoError(t, f.Sync())
		open = append(open, f)
	}
	root, err := fs.Open("/")
	require.NoError(t, err)
	require.NoError(t, root.Sync())
	for _, f := range open {
		_, err := f.WriteAt([]byte(content), 0)
		require.NoError(t, err)
	}
	return faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now())
}

func contents(t *testing.T, img *faultfs.FS, files int) (all string) {
	t.Helper()
	for i := range files {
		b, err := afero.ReadFile(img, fmt.Sprint(files-1-i))
		require.NoError(t, err)
		all += string(b) + " "
	}
	return all
}

func TestAListHasEveryImageOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		files, images int
		content       string
		all           bool
	}{
		{0, 1, "after!", true},
		{3, 8, "after!", true},
		{3, 1, "before", true}, // the overwrites change nothing, so all images read the same
		{7, 128, "after!", true},
		{8, sampleMost, "after!", false},
	} {
		lister, point, seen := NewLister(maphash.MakeSeed()), pending(t, c.files, c.content), map[string]bool{}
		images, all := lister.List(point, 1, 512)
		assert.Equal(t, c.all, all, "%+v", c)
		n := 0
		for d := range images {
			n++
			shows := contents(t, d.Image, c.files)
			seen[shows] = true
			again := PathTo(d.Path.Picks(), Beforehand)
			assert.Equal(t, shows, contents(t, again.Image(point, faultfs.ImageOptions{}), c.files))
			assert.False(t, again.Strayed())
			assert.Equal(t, shows, contents(t, d.Path.Again().Seen(point), c.files))
			if n == 1 {
				assert.NotContains(t, shows, "after", "the first image has lost everything that can be lost")
			}
		}
		assert.Equal(t, c.images, n, "%+v", c)
		assert.Len(t, seen, n)
	}
}

func TestAListIsNoLongerThanRequested(t *testing.T) {
	t.Parallel()
	images, all := NewLister(maphash.MakeSeed()).List(pending(t, 4, "after!"), 1, 10)
	assert.False(t, all)
	assert.Len(t, slices.Collect(images), 10)
}

func TestSettledKeepsWhatRecoveryHasSeen(t *testing.T) {
	t.Parallel()
	point := pending(t, 5, "after!")
	path := NewPath(OnDemand)
	for range 9 {
		img := path.Image(point, faultfs.ImageOptions{})
		first, err := afero.ReadFile(img, "3") // the only file that recovery reads
		require.NoError(t, err)
		settled := PathTo(Settled(point, img.Decided()), Beforehand).Image(point, faultfs.ImageOptions{})
		same, err := afero.ReadFile(settled, "3")
		require.NoError(t, err)
		assert.Equal(t, first, same)
		assert.Len(t, settled.Decided(), 5)
		if !path.Next() {
			return
		}
	}
	t.Fatal("more than two images of one sector, which is kept or lost")
}

func TestImagesAreDecidedBeforehandOnceLooksVary(t *testing.T) {
	t.Parallel()
	var looks Looks
	assert.Equal(t, Distinct, looks.Way())
	looks.Stray()
	assert.True(t, looks.Vary())
	assert.Equal(t, Beforehand, looks.Way())
}
