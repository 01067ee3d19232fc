package vfs_test

import (
	"errors"
	"fmt"
	"io"
	iofs "io/fs"
	"math"
	"path/filepath"
	"testing"

	"github.com/hashicorp/raft-wal/fs"
	"github.com/hashicorp/raft-wal/types"
	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/targets/raftwal/vfs"
)

// say describes an error by what all filesystems have in common.
func say(err error) string {
	for _, class := range []error{iofs.ErrExist, iofs.ErrNotExist, iofs.ErrClosed, io.EOF} {
		if errors.Is(err, class) {
			return class.Error()
		}
	}
	if err != nil {
		return "an error"
	}
	return "ok"
}

// TestBehavesLikeTheFilesystemOfRaftWAL runs the same script on raft-wal's own filesystem and on the adapter.
func TestBehavesLikeTheFilesystemOfRaftWAL(t *testing.T) {
	want := script(t, fs.New(), t.TempDir())
	require.Equal(t, want, script(t, vfs.New(afero.NewOsFs()), t.TempDir()), "on the operating system")
	disk := faultfs.New(faultfs.Options{})
	require.NoError(t, disk.Mkdir("/d", 0o755))
	require.Equal(t, want, script(t, vfs.New(disk), "/d"), "on a faultfs")
	require.Empty(t, disk.OpenFiles())
}

func script(t *testing.T, v types.VFS, dir string) (seen []string) {
	did := func(what string, err error) { seen = append(seen, what+": "+say(err)) }
	list := func() {
		names, err := v.ListDir(dir)
		did(fmt.Sprintf("list %q", names), err)
	}
	f, err := v.Create(dir, "b", 100)
	require.NoError(t, err)
	_, err = v.Create(dir, "b", 100)
	did("create again", err)
	_, err = v.Create(dir, "huge", math.MaxInt32+1)
	did("create what is too large", err)
	require.NoError(t, v.Delete(dir, "huge"))
	n, err := f.WriteAt([]byte("bytes"), 98)
	did(fmt.Sprint("write at ", n), err)
	did("sync", f.Sync())
	did("sync again", f.Sync())
	b := make([]byte, 10)
	n, err = f.ReadAt(b, 96)
	did(fmt.Sprintf("read at %q", b[:n]), err)
	did("close", f.Close())
	did("close again", f.Close())
	empty, err := v.Create(dir, "a", 0)
	require.NoError(t, err)
	require.NoError(t, empty.Close())
	list()
	_, err = v.OpenWriter(dir, "none")
	did("open nothing", err)
	w, err := v.OpenWriter(dir, "b")
	require.NoError(t, err)
	n, err = w.WriteAt([]byte("B"), 0)
	did(fmt.Sprint("write at ", n), errors.Join(err, w.Sync(), w.Close()))
	_, err = v.OpenReader(dir, "none")
	did("open nothing", err)
	r, err := v.OpenReader(dir, "b")
	require.NoError(t, err)
	n, err = r.ReadAt(b, 0)
	did(fmt.Sprintf("read at %q", b[:n]), errors.Join(err, r.Close()))
	did("delete", v.Delete(dir, "b"))
	did("delete again", v.Delete(dir, "b"))
	list()
	_, err = v.ListDir(filepath.Join(dir, "none"))
	did("list nothing", err)
	return seen
}

// TestTheFirstSyncMakesTheNameDurable cuts the power after the first sync of a new file, and after the sync of a file
// that was closed and reopened before its first sync; raft-wal's own filesystem does not make the latter's name
// durable.
func TestTheFirstSyncMakesTheNameDurable(t *testing.T) {
	for _, again := range []bool{false, true} {
		disk := faultfs.New(faultfs.Options{})
		v := vfs.New(disk)
		f, err := v.Create("/", "a", 10)
		require.NoError(t, err)
		if again {
			require.NoError(t, f.Close())
			f, err = v.OpenWriter("/", "a")
			require.NoError(t, err)
		}
		require.NoError(t, f.Sync())
		img, err := disk.Crash(disk.Now(), faultfs.Model{Profile: faultfs.LoseAll()}, faultfs.ImageOptions{})
		require.NoError(t, err)
		there, err := afero.Exists(img, "/a")
		require.NoError(t, err)
		require.Equal(t, !again, there)
	}
}
