package faultfs_test

import (
	"os"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// A program that rewrites a page changes only some of its sectors. The others look the same in every image.
func TestUnchangedBytesAreNotAskedAbout(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	for name, row := range map[string]struct {
		changed    int // bytes of the page that are written with another value
		truncates  bool
		all, fewer int // images, without and with Distinct
	}{
		"nothing changes":               {0, false, 256, 1},
		"two sectors change":            {1000, false, 256, 4},
		"bytes that a truncation frees": {0, true, 257, 257},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fs := faultfs.New(faultfs.Options{})
			f := create(t, fs, "a")
			put(t, f, 'x', 0, 4096)
			syncAll(t, fs)
			if row.changed > 0 {
				put(t, f, 'y', 0, row.changed)
				syncAll(t, fs)
			}
			put(t, f, 'x', 0, 4096)
			if row.truncates {
				require.NoError(t, f.Truncate(0))
			}
			point := faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now())
			count := func(o faultfs.ImageOptions) (images int) {
				_, err := faultfs.Explore(point, o, func(img *faultfs.FS) error {
					everything(fsView{img})
					images++
					return nil
				})
				require.NoError(t, err)
				return images
			}
			require.Equal(t, row.all, count(faultfs.ImageOptions{}))
			require.Equal(t, row.fewer, count(faultfs.ImageOptions{Distinct: true}))
		})
	}
}

// A recovery may overwrite bytes that needed no question. The old bytes must not come back after the next crash.
func TestUnchangedBytesDoNotComeBackAfterASecondCrash(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	f := create(t, fs, "a")
	put(t, f, 'x', 0, 1024)
	syncAll(t, fs)
	put(t, f, 'x', 0, 1024)
	point := faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now())
	_, err := faultfs.Explore(point, faultfs.ImageOptions{Distinct: true}, func(img *faultfs.FS) error {
		again, err := img.OpenFile("a", os.O_RDWR, 0)
		require.NoError(t, err)
		put(t, again, 'y', 0, 4)
		require.NoError(t, again.Sync())
		second := faultfs.NewTimeline(img, faultfs.Model{}, img.Now()).Advance(img.Now())
		_, err = faultfs.Explore(second, faultfs.ImageOptions{Distinct: true}, func(img *faultfs.FS) error {
			b, err := afero.ReadFile(img, "a")
			require.Equal(t, "yyyyx", string(b[:5]))
			return err
		})
		return err
	})
	require.NoError(t, err)
}
