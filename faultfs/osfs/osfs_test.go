package osfs_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/faultfs/osfs"
)

// handle is what *os.File and *osfs.File have in common.
type handle interface {
	io.ReadWriteCloser
	io.ReaderAt
	io.WriterAt
	io.Seeker
	io.StringWriter
	io.ReaderFrom
	io.WriterTo
	Name() string
	Stat() (os.FileInfo, error)
	Sync() error
	Truncate(size int64) error
	ReadDir(n int) ([]os.DirEntry, error)
	Readdir(n int) ([]os.FileInfo, error)
	Readdirnames(n int) ([]string, error)
}

var (
	_ handle = (*os.File)(nil)
	_ handle = (*osfs.File)(nil)
)

// system is package os, or something with its shape. Paths are below dir.
type system struct {
	dir        string
	openFile   func(name string, flag int, perm os.FileMode) (handle, error)
	mkdir      func(name string, perm os.FileMode) error
	mkdirAll   func(name string, perm os.FileMode) error
	remove     func(name string) error
	removeAll  func(name string) error
	rename     func(from, to string) error
	link       func(from, to string) error
	symlink    func(target, name string) error
	readlink   func(name string) (string, error)
	stat       func(name string) (os.FileInfo, error)
	lstat      func(name string) (os.FileInfo, error)
	truncate   func(name string, size int64) error
	readDir    func(name string) ([]os.DirEntry, error)
	readFile   func(name string) ([]byte, error)
	writeFile  func(name string, data []byte, perm os.FileMode) error
	createTemp func(dir, pattern string) (handle, error)
	mkdirTemp  func(dir, pattern string) (string, error)
}

func packageOS(t *testing.T) system {
	return system{
		t.TempDir(),
		func(name string, flag int, perm os.FileMode) (handle, error) {
			return opened(os.OpenFile(name, flag, perm))
		},
		os.Mkdir, os.MkdirAll, os.Remove, os.RemoveAll, os.Rename, os.Link, os.Symlink, os.Readlink, os.Stat, os.Lstat,
		os.Truncate, os.ReadDir, os.ReadFile, os.WriteFile,
		func(dir, pattern string) (handle, error) { return opened(os.CreateTemp(dir, pattern)) },
		os.MkdirTemp, //nolint:usetesting // it is what is compared
	}
}

func shaped(on afero.Fs, dir string) system {
	d := osfs.New(on)
	return system{
		dir,
		func(name string, flag int, perm os.FileMode) (handle, error) {
			return opened(d.OpenFile(name, flag, perm))
		},
		d.Mkdir, d.MkdirAll, d.Remove, d.RemoveAll, d.Rename, d.Link, d.Symlink, d.Readlink, d.Stat, d.Lstat,
		d.Truncate, d.ReadDir, d.ReadFile, d.WriteFile,
		func(dir, pattern string) (handle, error) { return opened(d.CreateTemp(dir, pattern)) }, d.MkdirTemp,
	}
}

func opened[F handle](f F, err error) (handle, error) {
	if err != nil {
		return nil, err
	}
	return f, nil
}

// onFaultfs is a system on a new faultfs.
func onFaultfs(t *testing.T) system {
	t.Helper()
	disk := faultfs.New(faultfs.Options{})
	require.NoError(t, disk.Mkdir("/home", 0o755))
	return shaped(disk, "/home")
}

// say formats an error as far as it is the same everywhere: package os reports the removal of a tree under names of its
// own.
func (s system) say(err error) string {
	if err == nil {
		return "ok"
	}
	text := strings.ReplaceAll(err.Error(), s.dir+"/", "")
	var path *fs.PathError
	var link *os.LinkError
	return fmt.Sprintf("%s path=%t link=%t exist=%t missing=%t closed=%t", text,
		errors.As(err, &path), errors.As(err, &link), errors.Is(err, fs.ErrExist), errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrClosed))
}

func (s system) in(name string) string { return filepath.Join(s.dir, name) }

// TestIsPackageOS does the same with package os and with the adapter, on the operating system and on a faultfs.
func TestIsPackageOS(t *testing.T) {
	for name, script := range map[string]func(*testing.T, system) []string{
		"names": namesOf, "files": filesOf, "wholes": wholesOf, "temporaries": temporariesOf,
	} {
		t.Run(name, func(t *testing.T) {
			want := script(t, packageOS(t))
			require.Equal(t, want, script(t, shaped(afero.NewOsFs(), t.TempDir())), "on the operating system")
			require.Equal(t, want, script(t, onFaultfs(t)), "on a faultfs")
		})
	}
}

func namesOf(t *testing.T, s system) (seen []string) {
	did := func(what string, err error) { seen = append(seen, what+": "+s.say(err)) }
	did("mkdir", s.mkdir(s.in("d"), 0o755))
	did("mkdir again", s.mkdir(s.in("d"), 0o755))
	did("mkdir all", s.mkdirAll(s.in("d/e/f"), 0o755))
	did("write", s.writeFile(s.in("d/a"), []byte("aaa"), 0o644))
	did("link", s.link(s.in("d/a"), s.in("d/b")))
	did("link to what is there", s.link(s.in("d/a"), s.in("d/b")))
	did("link of nothing", s.link(s.in("d/none"), s.in("d/c")))
	did("symlink", s.symlink("a", s.in("d/s")))
	target, err := s.readlink(s.in("d/s"))
	did("readlink "+target, err)
	_, err = s.readlink(s.in("d/a"))
	did("readlink of a file", err)
	info, err := s.stat(s.in("d/s"))
	did("stat", err)
	require.EqualValues(t, 3, info.Size())
	info, err = s.lstat(s.in("d/s"))
	did("lstat", err)
	require.NotZero(t, info.Mode()&fs.ModeSymlink)
	_, err = s.stat(s.in("none"))
	did("stat of nothing", err)
	did("rename", s.rename(s.in("d/a"), s.in("d/c")))
	did("rename of nothing", s.rename(s.in("d/a"), s.in("d/x")))
	did("rename over", s.rename(s.in("d/c"), s.in("d/b")))
	did("remove", s.remove(s.in("d/b")))
	did("remove again", s.remove(s.in("d/c")))
	did("remove again", s.remove(s.in("d/c")))
	did("remove what is not empty", s.remove(s.in("d/e")))
	did("remove all", s.removeAll(s.in("d")))
	did("remove all of nothing", s.removeAll(s.in("d")))
	_, err = s.stat(s.in("d"))
	did("stat", err)
	return seen
}

func filesOf(t *testing.T, s system) (seen []string) {
	did := func(what string, err error) { seen = append(seen, what+": "+s.say(err)) }
	_, err := s.openFile(s.in("f"), os.O_RDWR, 0)
	did("open nothing", err)
	f, err := s.openFile(s.in("f"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	require.NoError(t, err)
	_, err = s.openFile(s.in("f"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	did("create again", err)
	require.Equal(t, s.in("f"), f.Name())
	n, err := f.WriteString("0123456789")
	did(fmt.Sprint("write ", n), err)
	n, err = f.WriteAt([]byte("xy"), 4)
	did(fmt.Sprint("write at ", n), err)
	_, err = f.WriteAt([]byte("xy"), -1)
	require.Error(t, err, "a negative offset; package os has an error of its own for it")
	m, err := f.Seek(2, io.SeekStart)
	did(fmt.Sprint("seek ", m), err)
	b := make([]byte, 20)
	n, err = f.Read(b)
	did(fmt.Sprintf("read %q", b[:n]), err)
	n, err = f.Read(b)
	did(fmt.Sprintf("read %q", b[:n]), err)
	n, err = f.ReadAt(b, 7)
	did(fmt.Sprintf("read at %q", b[:n]), err)
	m, err = f.ReadFrom(strings.NewReader("tail"))
	did(fmt.Sprint("read from ", m), err)
	_, err = f.Seek(-6, io.SeekEnd)
	did("seek", err)
	var all strings.Builder
	m, err = f.WriteTo(&all)
	did(fmt.Sprint("write to ", m, all.String()), err)
	did("truncate", f.Truncate(3))
	did("truncate to nothing", f.Truncate(-1))
	did("sync", f.Sync())
	info, err := f.Stat()
	did(fmt.Sprint("stat ", info.Name(), info.Size()), err)
	_, err = f.ReadDir(-1)
	did("list a file", err)
	did("close", f.Close())
	did("close again", f.Close())
	did("sync when closed", f.Sync())
	_, err = f.Read(b)
	did("read when closed", err)
	appending, err := s.openFile(s.in("f"), os.O_WRONLY|os.O_APPEND, 0)
	did("open to append", err)
	_, err = appending.Write([]byte("!"))
	did("append", err)
	_, err = appending.Read(b)
	did("read what is open for writing", err)
	did("close", appending.Close())
	did("truncate by name", s.truncate(s.in("f"), 2))
	did("truncate nothing", s.truncate(s.in("none"), 2))
	data, err := s.readFile(s.in("f"))
	did(fmt.Sprintf("read %q", data), err)
	return seen
}

func wholesOf(_ *testing.T, s system) (seen []string) {
	did := func(what string, err error) { seen = append(seen, what+": "+s.say(err)) }
	for _, name := range []string{"b", "c", "a"} {
		did("write", s.writeFile(s.in(name), []byte(name), 0o644))
	}
	did("write shorter", s.writeFile(s.in("c"), nil, 0o644))
	did("mkdir", s.mkdir(s.in("d"), 0o755))
	did("write into nothing", s.writeFile(s.in("none/x"), nil, 0o644))
	_, err := s.readFile(s.in("none"))
	did("read nothing", err)
	_, err = s.readDir(s.in("none"))
	did("list nothing", err)
	entries, err := s.readDir(s.dir)
	did("list", err)
	for _, e := range entries {
		info, err := e.Info()
		did(fmt.Sprint(e.Name(), e.IsDir(), e.Type()), err)
		if !e.IsDir() {
			did(fmt.Sprint(info.Size()), nil)
		}
	}
	return seen
}

func temporariesOf(t *testing.T, s system) (seen []string) {
	names := map[string]bool{}
	for range 3 {
		f, err := s.createTemp(s.dir, "x-*.tmp")
		require.NoError(t, err)
		require.NoError(t, f.Close())
		ok, err := filepath.Match("x-*.tmp", filepath.Base(f.Name()))
		require.NoError(t, err)
		require.True(t, ok, f.Name())
		dir, err := s.mkdirTemp(s.dir, "y")
		require.NoError(t, err)
		names[f.Name()], names[dir] = true, true
	}
	require.Len(t, names, 6)
	_, err := s.mkdirTemp(s.in("none"), "y")
	return append(seen, fmt.Sprint(errors.Is(err, fs.ErrNotExist)))
}
