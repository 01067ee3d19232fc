package faultfstest

import (
	"os"
	"strings"
	"syscall"

	"github.com/stretchr/testify/require"
)

var exchangeTests = map[string]func(*suite){
	"exchange of two files": func(s *suite) {
		x := s.exchanger()
		held := s.file("/a", "one")
		s.dir("/d")
		s.file("/d/b", "other")
		s.ok(x.Exchange("/a", "/d/b"))
		s.holds("/a", "other")
		s.holds("/d/b", "one")
		s.write(held, "!")
		s.holds("/d/b", "one!")
		s.ok(x.Exchange("/d/b", "/a"))
		s.holds("/a", "one!")
		s.ok(s.fs.Remove("/d/b"))
		require.Empty(s.t, s.list("/d"))
	},
	"exchange of a file and a directory": func(s *suite) {
		x := s.exchanger()
		s.dir("/d", "/e", "/e/full")
		s.file("/d/a", "one")
		s.ok(x.Exchange("/d/a", "/e"))
		s.holds("/e", "one")
		require.Equal(s.t, []string{"full"}, s.list("/d/a"))
		s.ok(x.Exchange("/d/a/full", "/e"))
		s.holds("/d/a/full", "one")
		require.Empty(s.t, s.list("/e"))
	},
	"invalid exchanges": func(s *suite) {
		x := s.exchanger()
		s.file("/a", "abc")
		s.dir("/d", "/d/e")
		s.file("/d/e/f", "")
		s.fails(syscall.ENOENT, x.Exchange("/a", "/x"))
		s.fails(syscall.ENOENT, x.Exchange("/x", "/a"))
		s.fails(syscall.ENOENT, x.Exchange("/a", "/x/y"))
		s.fails(syscall.ENOTDIR, x.Exchange("/a/b", "/d"))
		s.fails(syscall.ENOTDIR, x.Exchange("/a/", "/d"))
		s.fails(syscall.EINVAL, x.Exchange("/d", "/d/e/f"))
		s.fails(syscall.EINVAL, x.Exchange("/d/e/f", "/d"))
		s.fails(syscall.EBUSY, x.Exchange("/d", "/d/."))
		s.fails(syscall.EBUSY, x.Exchange("/d/..", "/a"))
		s.fails(syscall.ENAMETOOLONG, x.Exchange("/a", "/"+strings.Repeat("n", 256)))
		s.holds("/a", "abc")
		s.ok(x.Exchange("/a", "/a"))
		s.ok(x.Exchange("/d", "/d/"))
		var link *os.LinkError
		require.ErrorAs(s.t, x.Exchange("/a", "/x"), &link)
		require.Equal(s.t, "exchange", link.Op)
	},
}

func (s *suite) exchanger() Exchanger {
	x, ok := s.fs.(Exchanger)
	if !ok {
		s.t.Skip("the filesystem cannot exchange names")
	}
	return x
}
