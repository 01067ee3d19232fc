package faultfstest

import (
	"os"
	"strings"
	"syscall"

	"github.com/stretchr/testify/require"
)

var openTests = map[string]func(*suite){
	"open of a missing file": func(s *suite) {
		s.openFails(os.ErrNotExist, "/a", os.O_RDWR)
		s.openFails(syscall.ENOENT, "/a", os.O_RDONLY)
		s.openFails(os.ErrNotExist, "/a", os.O_RDWR|os.O_TRUNC)
		s.absent("/a")
	},
	"parents are not created": func(s *suite) {
		s.openFails(os.ErrNotExist, "/d/a", os.O_RDWR|os.O_CREATE)
		s.fails(os.ErrNotExist, s.fs.Mkdir("/d/e", 0o777))
		require.Empty(s.t, s.list("/"))
	},
	"a file is not a directory": func(s *suite) {
		s.file("/a", "x")
		s.openFails(syscall.ENOTDIR, "/a/b", os.O_RDWR|os.O_CREATE)
		s.fails(syscall.ENOTDIR, s.fs.Mkdir("/a/b", 0o777))
		s.fails(syscall.ENOTDIR, s.fs.Remove("/a/b"))
		s.fails(syscall.ENOTDIR, s.fs.Rename("/a/b", "/c"))
		_, err := s.fs.Stat("/a/b")
		s.fails(syscall.ENOTDIR, err)
	},
	"O_EXCL refuses an existing name": func(s *suite) {
		s.file("/a", "x")
		s.dir("/d")
		for _, name := range []string{"/a", "/d"} {
			s.openFails(os.ErrExist, name, os.O_RDWR|os.O_CREATE|os.O_EXCL)
		}
		s.holds("/a", "x")
		s.write(s.open("/b", os.O_RDWR|os.O_CREATE|os.O_EXCL), "y")
		s.holds("/b", "y")
	},
	"O_CREATE opens an existing file": func(s *suite) {
		s.file("/a", "abc")
		s.write(s.open("/a", os.O_RDWR|os.O_CREATE), "X")
		s.holds("/a", "Xbc")
	},
	"O_TRUNC truncates the existing file": func(s *suite) {
		old := s.file("/a", "abc")
		s.open("/a", os.O_RDWR|os.O_TRUNC)
		s.holds("/a", "")
		s.reads(old, "")
		s.writeAt(old, "z", 1)
		s.holds("/a", "\x00z")
	},
	"create truncates the existing file": func(s *suite) {
		old := s.file("/a", "abc")
		f, err := s.fs.Create("/a")
		s.ok(err)
		s.write(f, "new")
		s.ok(f.Close())
		s.reads(old, "new")
	},
	"O_RDONLY does not write": func(s *suite) {
		s.file("/a", "abc")
		f := s.open("/a", os.O_RDONLY)
		_, err := f.Write([]byte("x"))
		s.fails(syscall.EBADF, err)
		_, err = f.WriteAt([]byte("x"), 0)
		s.fails(syscall.EBADF, err)
		s.fails(syscall.EINVAL, f.Truncate(0))
		s.ok(f.Sync())
		s.holds("/a", "abc")
	},
	"O_WRONLY does not read": func(s *suite) {
		s.file("/a", "abc")
		f := s.open("/a", os.O_WRONLY)
		_, err := f.Read(make([]byte, 1))
		s.fails(syscall.EBADF, err)
		_, err = f.ReadAt(make([]byte, 1), 0)
		s.fails(syscall.EBADF, err)
		s.write(f, "X")
		s.holds("/a", "Xbc")
	},
	"O_APPEND writes at the end": func(s *suite) {
		one, two := s.open("/a", os.O_RDWR|os.O_CREATE|os.O_APPEND), s.open("/a", os.O_WRONLY|os.O_APPEND)
		s.write(one, "aa")
		s.write(two, "bb")
		s.write(one, "cc")
		s.holds("/a", "aabbcc")
		_, err := one.Seek(0, 0)
		s.ok(err)
		s.write(one, "dd")
		s.holds("/a", "aabbccdd")
		_, err = one.WriteAt([]byte("x"), 0)
		require.Error(s.t, err)
		s.holds("/a", "aabbccdd")
	},
	"directories open for reading only": func(s *suite) {
		s.dir("/d")
		for _, flag := range []int{os.O_WRONLY, os.O_RDWR, os.O_RDONLY | os.O_CREATE, os.O_RDWR | os.O_CREATE | os.O_TRUNC} {
			s.openFails(syscall.EISDIR, "/d", flag)
		}
		f := s.open("/d", os.O_RDONLY)
		_, err := f.Read(make([]byte, 1))
		s.fails(syscall.EISDIR, err)
		_, err = f.Write([]byte("x"))
		s.fails(syscall.EBADF, err)
		s.fails(syscall.EINVAL, f.Truncate(0))
	},
	"names have a maximum length": func(s *suite) {
		longest := "/" + strings.Repeat("n", 255)
		s.file(longest, "x")
		s.holds(longest, "x")
		s.openFails(syscall.ENAMETOOLONG, longest+"n", os.O_RDWR|os.O_CREATE)
		s.fails(syscall.ENAMETOOLONG, s.fs.Mkdir(longest+"n", 0o777))
	},
	"a closed handle": func(s *suite) {
		f := s.file("/a", "abc")
		s.ok(f.Close())
		_, read := f.Read(make([]byte, 1))
		_, readAt := f.ReadAt(make([]byte, 1), 0)
		_, write := f.Write([]byte("x"))
		_, writeAt := f.WriteAt([]byte("x"), 0)
		_, seek := f.Seek(0, 0)
		_, stat := f.Stat()
		_, list := f.Readdirnames(1)
		require.Error(s.t, list) // package os returns an error of its own here
		for _, err := range []error{read, readAt, write, writeAt, seek, stat, f.Sync(), f.Truncate(0), f.Close()} {
			s.fails(os.ErrClosed, err)
		}
	},
}
