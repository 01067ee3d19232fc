package vfs_test

import (
	"errors"
	"fmt"
	"io"
	iofs "io/fs"
	"math"
	"os"
	"slices"
	"testing"

	pebblevfs "github.com/cockroachdb/pebble/v2/vfs"
	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/targets/pebble/vfs"
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

// TestBehavesLikePebblesDefaultFilesystem runs the same script on Pebble's own filesystem and on the adapter.
func TestBehavesLikePebblesDefaultFilesystem(t *testing.T) {
	want := script(t, pebblevfs.Default, t.TempDir())
	require.Equal(t, want, script(t, vfs.New(afero.NewOsFs()), t.TempDir()), "on the operating system")
	disk := faultfs.New(faultfs.Options{})
	require.NoError(t, disk.Mkdir("/d", 0o755))
	require.Equal(t, want, script(t, vfs.New(disk), "/d"), "on a faultfs")
	require.Empty(t, disk.OpenFiles())
}

func script(t *testing.T, fs pebblevfs.FS, dir string) (seen []string) {
	in := func(name string) string { return fs.PathJoin(dir, name) }
	did := func(what string, err error) { seen = append(seen, what+": "+say(err)) }
	write := func(f pebblevfs.File, err error, text string) {
		require.NoError(t, err)
		n, err := f.Write([]byte(text))
		did(fmt.Sprint("write ", n), errors.Join(err, f.SyncData(), f.Sync(), f.Close()))
	}
	read := func(name string) {
		f, err := fs.Open(in(name))
		require.NoError(t, err)
		info, err := f.Stat()
		require.NoError(t, err)
		b, err := io.ReadAll(f)
		did(fmt.Sprintf("read %s %q of %d", name, b, info.Size()), errors.Join(err, f.Close()))
	}
	f, err := fs.Create(in("a"), pebblevfs.WriteCategoryUnspecified)
	write(f, err, "first")
	did("link", fs.Link(in("a"), in("b")))
	did("link over", fs.Link(in("a"), in("b")))
	f, err = fs.Create(in("a"), pebblevfs.WriteCategoryUnspecified)
	write(f, err, "2nd")
	read("a")
	read("b") // the other name must keep the old file
	f, err = fs.ReuseForWrite(in("b"), in("c"), pebblevfs.WriteCategoryUnspecified)
	write(f, err, "FI")
	read("c") // the rest of the old file must still be there
	_, err = fs.ReuseForWrite(in("none"), in("x"), pebblevfs.WriteCategoryUnspecified)
	did("reuse nothing", err)
	f, err = fs.OpenReadWrite(in("new"), pebblevfs.WriteCategoryUnspecified)
	require.NoError(t, err)
	full, err := f.SyncTo(1)
	require.False(t, full && errors.Is(err, nil) && dir == "/d", "SyncTo must not be a sync")
	_, err = f.WriteAt([]byte("xyz"), 2)
	did("write at", err)
	b := make([]byte, 9)
	n, err := f.ReadAt(b, 1)
	did(fmt.Sprintf("read at %q", b[:n]), err)
	did("close", f.Close())
	did("close again", f.Close())
	_, err = fs.Open(in("none"))
	did("open nothing", err)
	did("mkdir", fs.MkdirAll(in("sub/sub"), 0o755))
	d, err := fs.OpenDir(in("sub"))
	require.NoError(t, err)
	did("sync a directory", errors.Join(d.Sync(), d.Close()))
	did("rename", fs.Rename(in("a"), in("sub/a")))
	did("rename nothing", fs.Rename(in("a"), in("b")))
	did("remove", fs.Remove(in("c")))
	did("remove nothing", fs.Remove(in("c")))
	names, err := fs.List(dir)
	slices.Sort(names)
	did(fmt.Sprint("list ", names), err)
	info, err := fs.Stat(in("sub"))
	require.NoError(t, err)
	did(fmt.Sprint("stat ", info.Name(), info.IsDir()), nil)
	lock, err := fs.Lock(in("LOCK"))
	require.NoError(t, err)
	_, err = fs.Lock(in("LOCK"))
	did("lock again", err)
	_, err = fs.Stat(in("LOCK"))
	did("the file of the lock", err)
	did("unlock", lock.Close())
	did("remove all", fs.RemoveAll(in("sub")))
	did("remove all of nothing", fs.RemoveAll(in("sub")))
	_, err = fs.List(in("sub"))
	did("list nothing", err)
	require.Nil(t, fs.Unwrap())
	return append(seen, fs.PathBase("a/b/"), fs.PathDir("a/b"), fs.PathJoin("a", "b"))
}

// TestOnlySyncsAreDurable cuts the power after SyncTo, which promises nothing, and after SyncData.
func TestOnlySyncsAreDurable(t *testing.T) {
	disk := faultfs.New(faultfs.Options{})
	fs := vfs.New(disk)
	f, err := fs.Create("/a", pebblevfs.WriteCategoryUnspecified)
	require.NoError(t, err)
	root, err := fs.OpenDir("/")
	require.NoError(t, err)
	require.NoError(t, root.Sync())
	_, err = f.Write([]byte("bytes"))
	require.NoError(t, err)
	left := func() string {
		img, err := disk.Crash(disk.Now(), faultfs.Model{Profile: faultfs.LoseAll()}, faultfs.ImageOptions{})
		require.NoError(t, err)
		text, err := afero.ReadFile(img, "/a")
		require.NoError(t, err)
		return string(text)
	}
	_, err = f.SyncTo(5)
	require.NoError(t, err)
	require.Empty(t, left())
	require.NoError(t, f.Preallocate(0, 100))
	require.NoError(t, f.SyncData())
	require.Equal(t, "bytes", left())
}

func TestDiskUsageIsThatOfTheDisk(t *testing.T) {
	disk := faultfs.New(faultfs.Options{})
	fs := vfs.New(disk)
	usage, err := fs.GetDiskUsage("/")
	require.NoError(t, err)
	require.EqualValues(t, math.MaxInt64, usage.TotalBytes)
	rule, err := faultfs.ParseRule("enospc write bytes=1048576")
	require.NoError(t, err)
	disk.SetRules(rule)
	usage, err = fs.GetDiskUsage("/")
	require.NoError(t, err)
	require.EqualValues(t, 1<<20, usage.TotalBytes)
	require.Equal(t, usage.TotalBytes, usage.AvailBytes+usage.UsedBytes)
	_, err = vfs.New(afero.NewOsFs()).GetDiskUsage(os.TempDir())
	require.ErrorIs(t, err, pebblevfs.ErrUnsupported)
}
