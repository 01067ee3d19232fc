package faultfs_test

import (
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	disks "github.com/lightningdb/lightning-torture/faultfs/disk"
	traces "github.com/lightningdb/lightning-torture/faultfs/trace"
)

// What a disk has at first is durable, and what is done to it is not until it is synced.
func TestADiskThatIsNotEmptyAtFirst(t *testing.T) {
	t.Parallel()
	base, text := disks.New(), strings.Repeat("old ", 2000)
	base.Edit(&traces.Edit{Parent: traces.Root, Name: "dir", Ino: 7, Dir: true})
	base.Edit(&traces.Edit{Parent: 7, Name: "file", Ino: 9})
	base.Put(9, disks.Below(strings.NewReader(text), int64(len(text))))
	for _, row := range []struct {
		sync bool
		want string
	}{{false, text}, {true, "new" + text[3:]}} {
		fs := faultfs.New(faultfs.Options{Base: base.Share()})
		f, err := fs.OpenFile("/dir/file", 2, 0)
		require.NoError(t, err)
		_, err = f.WriteAt([]byte("new"), 0)
		require.NoError(t, err)
		if row.sync {
			require.NoError(t, f.Sync())
		}
		other, err := fs.Create("/dir/other")
		require.NoError(t, err)
		require.NoError(t, other.Close())
		got, err := afero.ReadFile(fs, "/dir/file")
		require.NoError(t, err)
		require.Equal(t, "new"+text[3:], string(got))

		after, err := fs.Crash(fs.Now(), faultfs.Model{Profile: faultfs.LoseAll()}, faultfs.ImageOptions{})
		require.NoError(t, err)
		got, err = afero.ReadFile(after, "/dir/file")
		require.NoError(t, err)
		require.Equal(t, row.want, string(got))
		_, err = after.Stat("/dir/other")
		require.Error(t, err)
	}
}
