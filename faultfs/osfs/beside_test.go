package osfs_test

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/faultfs/osfs"
)

func TestLocksExcludeOthers(t *testing.T) {
	for name, on := range map[string]afero.Fs{"faultfs": faultfs.New(faultfs.Options{}), "a filesystem without locks": afero.NewOsFs()} {
		t.Run(name, func(t *testing.T) {
			d, path := osfs.New(on), t.TempDir()+"/lock"
			held, err := d.Lock(path)
			require.NoError(t, err)
			_, err = d.Lock(path)
			require.ErrorIs(t, err, syscall.EAGAIN)
			other, err := d.Lock(path + "2")
			require.NoError(t, err)
			require.NoError(t, other.Close())
			require.NoError(t, held.Close())
			require.Error(t, held.Close())
			held, err = d.Lock(path)
			require.NoError(t, err)
			require.NoError(t, held.Close())
			_, err = d.Stat(path)
			require.ErrorIs(t, err, os.ErrNotExist, "a lock does not create a file")
		})
	}
}

// TestSyncedDataSurvivesAPowerCut cuts power after each call that makes something durable.
func TestSyncedDataSurvivesAPowerCut(t *testing.T) {
	disk := faultfs.New(faultfs.Options{})
	d := osfs.New(disk)
	f, err := d.Create("/a")
	require.NoError(t, err)
	_, err = f.WriteString("bytes")
	require.NoError(t, err)
	require.NoError(t, f.SyncData())
	_, err = afterCut(t, disk).Stat("/a")
	require.ErrorIs(t, err, os.ErrNotExist, "a file has no name before its directory is synced")
	require.NoError(t, d.SyncDir("/"))
	data, err := osfs.New(afterCut(t, disk)).ReadFile("/a")
	require.NoError(t, err)
	require.Equal(t, "bytes", string(data))
}

// afterCut returns the disk that has lost everything that may be lost.
func afterCut(t *testing.T, disk *faultfs.FS) afero.Fs {
	t.Helper()
	model := faultfs.Model{Profile: faultfs.LoseAll()}
	point := faultfs.NewTimeline(disk, model, 0).Advance(disk.Now())
	return point.Image(faultfs.ImageOptions{})
}

func TestPreallocationGrowsAFile(t *testing.T) {
	for name, on := range map[string]afero.Fs{"faultfs": faultfs.New(faultfs.Options{}), "a filesystem without it": afero.NewMemMapFs()} {
		t.Run(name, func(t *testing.T) {
			f, err := osfs.New(on).Create("/a")
			require.NoError(t, err)
			require.NoError(t, f.Preallocate(0, 100))
			require.NoError(t, f.Preallocate(10, 10))
			info, err := f.Stat()
			require.NoError(t, err)
			require.EqualValues(t, 100, info.Size())
			require.NoError(t, f.Close())
		})
	}
}

func TestMissingFeaturesAreErrUnsupported(t *testing.T) {
	d := osfs.New(afero.NewMemMapFs())
	_, err := d.Space()
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorIs(t, d.Link("/a", "/b"), errors.ErrUnsupported)
	require.ErrorIs(t, d.Exchange("/a", "/b"), errors.ErrUnsupported)
	require.ErrorIs(t, d.Symlink("/a", "/b"), errors.ErrUnsupported)
	_, err = d.Readlink("/a")
	require.ErrorIs(t, err, errors.ErrUnsupported)
}
