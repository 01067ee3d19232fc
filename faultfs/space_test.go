package faultfs_test

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

const pages = 4096

// What takes space and what frees it.
func TestUsedSpace(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	used := func(want int64, what string) {
		t.Helper()
		s, err := l.fs.Space()
		l.ok(err)
		require.Equal(t, want*pages, s.UsedBytes, what)
		require.Zero(t, s.CapacityBytes, "nothing limits it")
	}
	used(1, "the root directory")
	f := l.create("f")
	used(2, "a file")
	l.write(f, 'a', 0, 1)
	used(3, "its first page")
	l.write(f, 'a', 1, 4000)
	used(3, "the rest of the page")
	l.write(f, 'a', 4000, 5000)
	used(5, "two more")
	l.write(f, 'a', 100*pages, 1)
	used(6, "a hole takes none")
	l.ok(f.Truncate(1000 * pages))
	used(6, "neither does a size")
	l.ok(f.Truncate(1))
	used(3, "cut off")
	l.ok(f.(preallocator).Preallocate(0, 3*pages))
	used(5, "taken in advance")
	l.ok(l.fs.Mkdir("d", 0))
	l.ok(l.fs.Link("f", "d/g"))
	used(6, "a directory; a second name takes none")
	l.ok(l.fs.Remove("f"))
	l.ok(l.fs.Remove("d/g"))
	used(6, "no name left, but an open handle")
	l.ok(f.Close())
	used(2, "gone")
	l.durable("a", 'a', 1)
	l.durable("b", 'b', 1)
	l.ok(l.fs.Rename("a", "b"))
	used(6, "overwritten by a rename, but still open")
}

type preallocator interface{ Preallocate(off, bytes int64) error }

// A disk of six pages: the root, the file and four pages of bytes.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	fill := func() (*lab, afero.File) {
		l := &lab{t, faultfs.New(faultfs.Options{})}
		l.rules(fmt.Sprintf("enospc any bytes=%d", 6*pages))
		return l, l.create("f")
	}
	l, f := fill()
	n, err := f.WriteAt(make([]byte, 5*pages), 100)
	require.Equal(t, 4*pages-100, n, "as much as fits is written")
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.EqualValues(t, n+100, fsView{l.fs}.size("f"))
	n, err = f.WriteAt([]byte("x"), 4*pages)
	require.Zero(t, n)
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.ErrorIs(t, second(l.fs.Create("g")), syscall.ENOSPC)
	require.ErrorIs(t, l.fs.Mkdir("g", 0), syscall.ENOSPC)
	require.ErrorIs(t, f.(preallocator).Preallocate(0, 5*pages), syscall.ENOSPC)
	require.Equal(t, map[string]uint64{"enospc_any": 5}, l.fs.Injected())
	s, err := l.fs.Space()
	l.ok(err)
	require.Equal(t, faultfs.Space{CapacityBytes: 6 * pages, UsedBytes: 6 * pages}, s)

	l.write(f, 'o', 0, 4*pages) // overwriting takes nothing
	l.sync(f)
	l.ok(f.Truncate(1000 * pages)) // nor does a hole
	l.ok(f.Truncate(3 * pages))
	g := l.create("g") // truncation frees space
	require.ErrorIs(t, second(g.Write([]byte("x"))), syscall.ENOSPC)
	l.ok(l.fs.Remove("f"))
	require.ErrorIs(t, second(g.Write([]byte("x"))), syscall.ENOSPC, "the handle holds the space")
	l.ok(f.Close())
	l.ok(second(g.Write(make([]byte, 4*pages))))
	require.ErrorIs(t, second(g.Write([]byte("x"))), syscall.ENOSPC)
	l.rules(fmt.Sprintf("enospc any bytes=%d", 7*pages)) // the disk is made larger
	l.ok(second(g.Write([]byte("x"))))
}

// Time can free space as well, and a rule may apply to some files only.
func TestFullDiskForAWhile(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	f, log := l.create("f"), l.create("log")
	l.rules(fmt.Sprintf("enospc write *f bytes=1 before=%d", l.fs.Now()+4))
	l.ok(second(log.Write([]byte("x"))))
	require.ErrorIs(t, second(f.Write([]byte("x"))), syscall.ENOSPC)
	l.ok(l.fs.Remove("log"))
	l.ok(second(f.Write([]byte("x"))))
}

// A write that did not fit is on the disk as far as it went, like any other, and a crash image has the space that the
// crash left.
func TestFullDiskAndCrash(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	f := l.durable("f", 'o', 100)
	l.rules(fmt.Sprintf("enospc any bytes=%d", 3*pages))
	n, err := f.WriteAt(make([]byte, 2*pages), 512)
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.Equal(t, pages-512, n)
	l.sync(f)
	require.Equal(t, set{"/f=o100+.3996": true}, outcomes(l.fs, everything))
	g := l.fs // the recovery fills the disk again, and is crashed
	l.fs, err = g.Crash(g.Now(), faultfs.Model{}, faultfs.ImageOptions{})
	l.ok(err)
	l.rules(fmt.Sprintf("enospc any bytes=%d", 4*pages))
	f, err = l.fs.OpenFile("f", os.O_RDWR, 0)
	l.ok(err)
	n, err = f.WriteAt(make([]byte, 3*pages), 0)
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.Equal(t, 2*pages, n)
	l.sync(f)
	point := faultfs.NewTimeline(l.fs, faultfs.Model{}, l.fs.Now()).Advance(l.fs.Now())
	search(point, func(img *faultfs.FS) { require.Equal(t, "/f=.8192", everything(fsView{img})) })
}

// Every handle counts until it is closed.
func TestTooManyOpenFiles(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	l.rules("emfile open files=2")
	f := l.create("f")
	dir, err := l.fs.Open("/")
	l.ok(err)
	require.ErrorIs(t, second(l.fs.Open("f")), syscall.EMFILE)
	require.ErrorIs(t, second(l.fs.Create("g")), syscall.EMFILE)
	l.ok(dir.Close())
	require.Error(t, dir.Close(), "closing twice releases only one handle")
	l.ok(second(l.fs.Open("f")))
	require.ErrorIs(t, second(l.fs.Open("f")), syscall.EMFILE)
	l.ok(f.Close())
	l.ok(second(l.fs.Open("f")))
}

func TestPreallocate(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	f := l.durable("f", 'o', 10)
	l.ok(f.(preallocator).Preallocate(5, 100))
	l.reads("o10+.95")
	require.Equal(t, set{"/f=o10": true, "/f=o10+.95": true}, outcomes(l.fs, everything), "a size like any other")
	l.ok(f.(preallocator).Preallocate(0, 20))
	l.reads("o10+.95")
	require.ErrorIs(t, f.(preallocator).Preallocate(0, 0), syscall.EINVAL)
	require.ErrorIs(t, f.(preallocator).Preallocate(1, 1<<40), syscall.EFBIG)
	g, err := l.fs.Open("f")
	l.ok(err)
	require.ErrorIs(t, g.(preallocator).Preallocate(0, 1), syscall.EBADF)
}
