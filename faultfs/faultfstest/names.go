package faultfstest

import (
	"os"
	"syscall"

	"github.com/stretchr/testify/require"
)

var nameTests = map[string]func(*suite){
	"rename": func(s *suite) {
		s.file("/a", "abc")
		s.dir("/d")
		s.ok(s.fs.Rename("/a", "/b"))
		s.absent("/a")
		s.ok(s.fs.Rename("/b", "/d/c"))
		s.absent("/b")
		s.holds("/d/c", "abc")
	},
	"rename over a file": func(s *suite) {
		s.file("/a", "new")
		old := s.file("/b", "old")
		s.ok(s.fs.Rename("/a", "/b"))
		s.absent("/a")
		s.holds("/b", "new")
		s.reads(old, "old")
		s.write(old, "er")
		s.reads(old, "older")
		s.holds("/b", "new")
	},
	"rename to itself": func(s *suite) {
		s.file("/a", "abc")
		s.ok(s.fs.Rename("/a", "/a"))
		s.holds("/a", "abc")
	},
	"rename of a missing file": func(s *suite) {
		s.file("/b", "abc")
		s.fails(os.ErrNotExist, s.fs.Rename("/a", "/b"))
		s.fails(os.ErrNotExist, s.fs.Rename("/b", "/d/b"))
		s.fails(os.ErrNotExist, s.fs.Rename("/a", "/a"))
		s.holds("/b", "abc")
	},
	"rename of and over directories": func(s *suite) {
		s.dir("/d", "/d/sub", "/empty")
		s.file("/d/a", "abc")
		s.file("/f", "f")
		s.fails(syscall.ENOTDIR, s.fs.Rename("/d", "/f"))
		s.fails(syscall.EEXIST, s.fs.Rename("/f", "/empty"))
		s.fails(syscall.EEXIST, s.fs.Rename("/f", "/d"))
		s.fails(syscall.EEXIST, s.fs.Rename("/empty", "/d"))
		s.fails(syscall.EINVAL, s.fs.Rename("/d", "/d/x"))
		s.fails(syscall.EINVAL, s.fs.Rename("/d", "/d/sub/x"))
		s.ok(s.fs.Rename("/d", "/empty/d"))
		s.holds("/empty/d/a", "abc")
		require.ElementsMatch(s.t, []string{"empty", "f"}, s.list("/"))
	},
	"a renamed file keeps its handles": func(s *suite) {
		f := s.file("/a", "abc")
		name := f.Name()
		s.ok(s.fs.Rename("/a", "/b"))
		s.write(f, "def")
		s.holds("/b", "abcdef")
		require.Equal(s.t, name, f.Name())
		s.ok(f.Sync())
	},
	"a removed file keeps its handles": func(s *suite) {
		f := s.file("/a", "abc")
		s.ok(s.fs.Remove("/a"))
		s.absent("/a")
		s.write(f, "def")
		s.reads(f, "abcdef")
		s.ok(f.Sync())
		info, err := f.Stat()
		s.ok(err)
		require.EqualValues(s.t, 6, info.Size())
		s.file("/a", "new")
		s.reads(f, "abcdef")
		s.holds("/a", "new")
	},
	"a directory moves with its handles": func(s *suite) {
		s.dir("/d")
		s.file("/d/a", "abc")
		d := s.open("/d", os.O_RDONLY)
		s.ok(s.fs.Rename("/d", "/e"))
		s.file("/e/b", "")
		names, err := d.Readdirnames(-1)
		s.ok(err)
		require.ElementsMatch(s.t, []string{"a", "b"}, names)
		s.ok(d.Sync())
	},
	"remove": func(s *suite) {
		s.dir("/d", "/d/e")
		s.file("/d/a", "")
		s.fails(os.ErrNotExist, s.fs.Remove("/x"))
		s.fails(os.ErrNotExist, s.fs.Remove("/x/y"))
		s.fails(syscall.ENOTEMPTY, s.fs.Remove("/d"))
		s.ok(s.fs.Remove("/d/e"))
		s.fails(syscall.ENOTEMPTY, s.fs.Remove("/d"))
		s.ok(s.fs.Remove("/d/a"))
		s.ok(s.fs.Remove("/d"))
		require.Empty(s.t, s.list("/"))
	},
	"RemoveAll": func(s *suite) {
		s.ok(s.fs.MkdirAll("/d/e/f", 0o777))
		s.file("/d/e/a", "x")
		s.file("/d/a", "x")
		s.file("/b", "x")
		s.ok(s.fs.RemoveAll("/d"))
		s.ok(s.fs.RemoveAll("/d"))
		s.ok(s.fs.RemoveAll("/no/such"))
		s.ok(s.fs.RemoveAll("/b"))
		require.Empty(s.t, s.list("/"))
	},
	"MkdirAll": func(s *suite) {
		s.ok(s.fs.MkdirAll("/d/e/f", 0o777))
		s.ok(s.fs.MkdirAll("/d/e/f", 0o777))
		s.ok(s.fs.MkdirAll("/d", 0o777))
		s.file("/d/a", "")
		s.fails(syscall.ENOTDIR, s.fs.MkdirAll("/d/a", 0o777))
		s.fails(syscall.ENOTDIR, s.fs.MkdirAll("/d/a/b", 0o777))
		require.ElementsMatch(s.t, []string{"a", "e"}, s.list("/d"))
	},
	"errors name the call and the path": func(s *suite) {
		var path *os.PathError
		_, err := s.fs.Open("/a")
		require.ErrorAs(s.t, err, &path)
		require.Equal(s.t, "open", path.Op)
		require.ErrorAs(s.t, s.fs.Remove("/a"), &path)
		require.Equal(s.t, "remove", path.Op)
		var link *os.LinkError
		require.ErrorAs(s.t, s.fs.Rename("/a", "/b"), &link)
		require.Equal(s.t, "rename", link.Op)
	},
}

var linkTests = map[string]func(*suite){
	"links refer to one file": func(s *suite) {
		link, ok := s.fs.(Linker)
		if !ok {
			s.t.Skip("the filesystem has no hard links")
		}
		s.file("/a", "abc")
		s.ok(link.Link("/a", "/b"))
		s.writeAt(s.open("/b", os.O_RDWR), "X", 1)
		s.holds("/a", "aXc")
		s.ok(s.fs.Rename("/a", "/b"))
		s.holds("/a", "aXc") // rename(2): both are names of one file, so nothing happens
		s.ok(s.fs.Remove("/a"))
		s.holds("/b", "aXc")
	},
	"invalid links": func(s *suite) {
		link, ok := s.fs.(Linker)
		if !ok {
			s.t.Skip("the filesystem has no hard links")
		}
		s.file("/a", "abc")
		s.dir("/d")
		s.fails(os.ErrExist, link.Link("/a", "/d"))
		s.fails(os.ErrExist, link.Link("/a", "/a"))
		s.fails(os.ErrNotExist, link.Link("/x", "/y"))
		s.fails(os.ErrNotExist, link.Link("/a", "/x/y"))
		s.fails(syscall.EPERM, link.Link("/d", "/e"))
	},
}
