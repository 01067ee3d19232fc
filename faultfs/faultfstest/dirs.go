package faultfstest

import (
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/stretchr/testify/require"
)

var dirTests = map[string]func(*suite){
	"mkdir": func(s *suite) {
		s.dir("/d")
		s.file("/a", "")
		s.fails(os.ErrExist, s.fs.Mkdir("/d", 0o777))
		s.fails(os.ErrExist, s.fs.Mkdir("/a", 0o777))
		require.Empty(s.t, s.list("/d"))
	},
	"listing": func(s *suite) {
		s.dir("/d")
		s.file("/a", "abc")
		infos, err := s.open("/", os.O_RDONLY).Readdir(-1)
		s.ok(err)
		got := map[string]string{}
		for _, info := range infos {
			got[info.Name()] = fmt.Sprint(info.IsDir())
			if !info.IsDir() {
				got[info.Name()] += fmt.Sprint(info.Size())
			}
		}
		require.Equal(s.t, map[string]string{"a": "false3", "d": "true"}, got)
	},
	"paging": func(s *suite) {
		want := s.many(10)
		f := s.open("/", os.O_RDONLY)
		var got []string
		for {
			names, err := f.Readdirnames(3)
			if err == io.EOF { //nolint:errorlint // must be io.EOF itself, not an error that wraps it
				require.Empty(s.t, names)
				break
			}
			s.ok(err)
			require.NotEmpty(s.t, names)
			require.LessOrEqual(s.t, len(names), 3)
			got = append(got, names...)
		}
		require.ElementsMatch(s.t, want, got)
		rest, err := f.Readdirnames(-1)
		s.ok(err)
		require.Empty(s.t, rest)
		_, err = f.Seek(0, io.SeekStart)
		s.ok(err)
		again, err := f.Readdirnames(0)
		s.ok(err)
		require.ElementsMatch(s.t, want, again)
	},
	"removing while paging misses nothing": func(s *suite) {
		s.many(10)
		f, removed := s.open("/", os.O_RDONLY), 0
		for {
			names, err := f.Readdirnames(2)
			if err == io.EOF { //nolint:errorlint // must be io.EOF itself, not an error that wraps it
				break
			}
			s.ok(err)
			for _, name := range names {
				s.ok(s.fs.Remove("/" + name))
				removed++
			}
		}
		require.Equal(s.t, 10, removed)
		require.Empty(s.t, s.list("/"))
	},
	"a file is not listed": func(s *suite) {
		f := s.file("/a", "")
		_, err := f.Readdirnames(-1)
		s.fails(syscall.ENOTDIR, err)
		_, err = f.Readdir(1)
		s.fails(syscall.ENOTDIR, err)
	},
	"an empty directory": func(s *suite) {
		s.dir("/d")
		f := s.open("/d", os.O_RDONLY)
		names, err := f.Readdirnames(-1)
		s.ok(err)
		require.Empty(s.t, names)
		_, err = f.Readdirnames(1)
		require.Equal(s.t, io.EOF, err)
	},
}

// many creates n files and returns their names.
func (s *suite) many(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("f%03d", i))
		s.ok(s.file("/"+names[i], "").Close())
	}
	return names
}
