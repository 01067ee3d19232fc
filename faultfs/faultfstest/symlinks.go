package faultfstest

import (
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"
)

// symlinker returns the filesystem as one with symbolic links, or skips the test.
func (s *suite) symlinker() afero.Symlinker {
	s.t.Helper()
	links, ok := s.fs.(afero.Symlinker)
	if !ok {
		s.t.Skip("the filesystem has no symbolic links")
	}
	return links
}

// symlink creates links, given as pairs of target and name. Targets are relative, because the root of the filesystem
// may be anywhere in an operating system's.
func (s *suite) symlink(pairs ...string) {
	s.t.Helper()
	links := s.symlinker()
	for i := 0; i < len(pairs); i += 2 {
		s.ok(links.SymlinkIfPossible(pairs[i], pairs[i+1]))
	}
}

// leads requires a name to be a symbolic link to the target.
func (s *suite) leads(name, target string) {
	s.t.Helper()
	links := s.symlinker()
	got, err := links.ReadlinkIfPossible(name)
	s.ok(err)
	require.Equal(s.t, target, got)
	info, _, err := links.LstatIfPossible(name)
	s.ok(err)
	require.Equal(s.t, fs.ModeSymlink, info.Mode().Type())
	require.EqualValues(s.t, len(target), info.Size())
	require.False(s.t, info.IsDir())
}

var symlinkTests = map[string]func(*suite){
	"a symlink is read and written through": func(s *suite) {
		s.symlink("a", "/s")
		s.file("/a", "abc")
		s.holds("/s", "abc")
		s.writeAt(s.open("/s", os.O_RDWR), "X", 1)
		s.holds("/a", "aXc")
		s.open("/s", os.O_RDWR|os.O_TRUNC)
		s.holds("/a", "")
		s.leads("/s", "a")
	},
	"stat follows a symlink, lstat and listing do not": func(s *suite) {
		s.symlink("a", "/s")
		s.file("/a", "abcdef")
		info, err := s.fs.Stat("/s")
		s.ok(err)
		require.EqualValues(s.t, 6, info.Size())
		require.Equal(s.t, "s", info.Name())
		require.True(s.t, info.Mode().IsRegular())
		infos, err := s.open("/", os.O_RDONLY).Readdir(-1)
		s.ok(err)
		for _, info := range infos {
			require.Equal(s.t, info.Name() == "s", info.Mode()&fs.ModeSymlink != 0)
		}
		info, _, err = s.symlinker().LstatIfPossible("/a")
		s.ok(err)
		require.EqualValues(s.t, 6, info.Size())
	},
	"a symlink is relative to its own directory": func(s *suite) {
		s.dir("/d", "/d/e")
		s.file("/a", "top")
		s.file("/d/a", "below")
		s.symlink("a", "/d/s", "../a", "/d/up", "e/../../d/./a", "/d/round", ".", "/d/here")
		s.holds("/d/s", "below")
		s.holds("/d/up", "top")
		s.holds("/d/round", "below")
		s.holds("/d/here/here/s", "below")
	},
	"a symlink within a path": func(s *suite) {
		s.dir("/d", "/d/e")
		s.symlink("d/e", "/s")
		s.file("/s/a", "abc")
		s.holds("/d/e/a", "abc")
		s.ok(s.fs.Mkdir("/s/f", 0o777))
		s.ok(s.fs.MkdirAll("/s/g/h", 0o777))
		s.ok(s.fs.Rename("/s/a", "/s/g/h/a"))
		s.holds("/d/e/g/h/a", "abc")
		require.ElementsMatch(s.t, []string{"f", "g"}, s.list("/s"))
		s.ok(s.fs.MkdirAll("/s", 0o777))
		s.ok(s.open("/s", os.O_RDONLY).Sync())
	},
	"dot-dot after a symlink is the parent of its target": func(s *suite) {
		s.dir("/d", "/d/e")
		s.symlink("d/e", "/s")
		s.file("/d/a", "abc")
		s.holds("/s/../a", "abc")
		s.file("/s/../b", "x")
		s.holds("/d/b", "x")
		_, err := s.fs.Stat("/d/a/../a")
		s.fails(syscall.ENOTDIR, err)
		_, err = s.fs.Stat("/no/../d/a")
		s.fails(os.ErrNotExist, err)
	},
	"a dangling symlink": func(s *suite) {
		s.symlink("a", "/s", "d/a", "/below")
		_, err := s.fs.Stat("/s")
		s.fails(os.ErrNotExist, err)
		s.openFails(os.ErrNotExist, "/s", os.O_RDWR)
		s.fails(os.ErrNotExist, s.fs.Chmod("/s", 0o600))
		s.openFails(os.ErrExist, "/s", os.O_RDWR|os.O_CREATE|os.O_EXCL)
		s.openFails(os.ErrNotExist, "/below", os.O_RDWR|os.O_CREATE)
		s.fails(os.ErrExist, s.fs.Mkdir("/s", 0o777))
		s.fails(os.ErrExist, s.fs.MkdirAll("/s", 0o777))
		s.absent("/a")
		s.file("/s", "made") // O_CREATE creates the target
		s.holds("/a", "made")
		s.leads("/s", "a")
		s.openFails(os.ErrExist, "/s", os.O_RDWR|os.O_CREATE|os.O_EXCL)
	},
	"symlink loops": func(s *suite) {
		s.symlink("t", "/s", "s", "/t", "self/x", "/self")
		for _, name := range []string{"/s", "/t/a", "/self", "/self/a"} {
			_, err := s.fs.Stat(name)
			s.fails(syscall.ELOOP, err)
			s.openFails(syscall.ELOOP, name, os.O_RDWR|os.O_CREATE)
		}
		s.leads("/s", "t")
		s.ok(s.fs.Remove("/s"))
		s.fails(syscall.ELOOP, s.fs.Remove("/self/a"))
	},
	"a path leads through 40 symlinks": func(s *suite) {
		s.file("/0", "abc")
		for i := range 41 {
			s.symlink(strings.Repeat("0", i+1), "/"+strings.Repeat("0", i+2))
		}
		s.holds("/"+strings.Repeat("0", 41), "abc")
		s.openFails(syscall.ELOOP, "/"+strings.Repeat("0", 42), os.O_RDONLY)
	},
	"removing a symlink leaves its target": func(s *suite) {
		s.dir("/d")
		s.file("/d/a", "abc")
		s.symlink("d/a", "/s", "d", "/t", "d", "/u")
		s.ok(s.fs.Remove("/s"))
		s.ok(s.fs.Remove("/t"))
		s.ok(s.fs.RemoveAll("/u"))
		s.holds("/d/a", "abc")
		s.symlink("../d", "/d/back")
		s.ok(s.fs.RemoveAll("/d"))
		require.Empty(s.t, s.list("/"))
	},
	"renaming a symlink leaves its target": func(s *suite) {
		s.dir("/d")
		s.file("/a", "abc")
		s.file("/d/a", "below")
		s.symlink("a", "/s", "d", "/t")
		s.ok(s.fs.Rename("/s", "/d/s"))
		s.holds("/d/s", "below")
		s.file("/b", "new")
		s.ok(s.fs.Rename("/b", "/d/s")) // over a symlink
		s.holds("/d/s", "new")
		s.holds("/d/a", "below")
		s.ok(s.fs.Rename("/a", "/t"))
		s.holds("/t", "abc")
		s.symlink("d", "/t2")
		s.fails(syscall.ENOTDIR, s.fs.Rename("/d", "/t2"))
		s.fails(syscall.EINVAL, s.fs.Rename("/d", "/t2/d"))
		s.leads("/t2", "d")
		s.ok(s.fs.Mkdir("/d/e", 0o777))
		s.ok(s.fs.Rename("/d/e", "/t2/e")) // one name by two paths, so nothing happens
		s.fails(os.ErrExist, s.fs.Rename("/d/e", "/d/e"))
	},
	"a hard link to a symlink is that symlink": func(s *suite) {
		link, ok := s.fs.(Linker)
		if !ok {
			s.t.Skip("the filesystem has no hard links")
		}
		s.symlink("a", "/s")
		s.ok(link.Link("/s", "/t"))
		s.leads("/t", "a")
		s.ok(s.fs.Remove("/s"))
		s.leads("/t", "a")
		s.fails(os.ErrExist, link.Link("/t", "/t"))
	},
	"invalid symlinks": func(s *suite) {
		s.file("/a", "abc")
		links := s.symlinker()
		s.fails(os.ErrExist, links.SymlinkIfPossible("b", "/a"))
		s.fails(os.ErrExist, links.SymlinkIfPossible("b", "/"))
		s.fails(os.ErrNotExist, links.SymlinkIfPossible("b", "/d/s"))
		s.fails(syscall.ENOTDIR, links.SymlinkIfPossible("b", "/a/s"))
		s.fails(syscall.ENOENT, links.SymlinkIfPossible("", "/s"))
		s.fails(syscall.ENAMETOOLONG, links.SymlinkIfPossible(strings.Repeat("n/", 2048), "/s"))
		s.symlink(strings.Repeat("n/", 2047), "/longest")
		var link *os.LinkError
		require.ErrorAs(s.t, links.SymlinkIfPossible("b", "/a"), &link)
		require.Equal(s.t, []string{"symlink", "b"}, []string{link.Op, link.Old})
	},
	"only a symlink has a target": func(s *suite) {
		s.file("/a", "abc")
		s.dir("/d")
		links := s.symlinker()
		for name, want := range map[string]error{"/a": syscall.EINVAL, "/d": syscall.EINVAL, "/x": os.ErrNotExist} {
			_, err := links.ReadlinkIfPossible(name)
			s.fails(want, err)
		}
		_, _, err := links.LstatIfPossible("/x")
		s.fails(os.ErrNotExist, err)
		var path *os.PathError
		require.ErrorAs(s.t, err, &path)
		require.Equal(s.t, "lstat", path.Op)
	},
}
