package faultfstest

import (
	"io"
	"os"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"
)

// Linker is implemented by filesystems with hard links.
type Linker interface {
	Link(from, to string) error
}

// Exchanger is implemented by filesystems that can exchange two names.
type Exchanger interface {
	Exchange(a, b string) error
}

// Run runs the suite, each test on an empty filesystem returned by fresh.
func Run(t *testing.T, fresh func(t *testing.T) afero.Fs) {
	groups := []map[string]func(*suite){openTests, fileTests, nameTests, linkTests, exchangeTests, symlinkTests, dirTests, concurrentTests}
	for _, group := range groups {
		for name, test := range group {
			t.Run(name, func(t *testing.T) { test(&suite{t, fresh(t)}) })
		}
	}
}

// suite is one test with its filesystem. Its methods end the test on failure.
type suite struct {
	t  *testing.T
	fs afero.Fs
}

func (s *suite) ok(err error) {
	s.t.Helper()
	require.NoError(s.t, err)
}

// fails requires an error that matches want.
func (s *suite) fails(want, err error) {
	s.t.Helper()
	require.ErrorIs(s.t, err, want)
}

func (s *suite) open(name string, flag int) afero.File {
	s.t.Helper()
	f, err := s.fs.OpenFile(name, flag, 0o666)
	s.ok(err)
	s.t.Cleanup(func() { _ = f.Close() }) // some tests have closed it already
	return f
}

func (s *suite) openFails(want error, name string, flag int) {
	s.t.Helper()
	f, err := s.fs.OpenFile(name, flag, 0o666)
	if err == nil {
		s.ok(f.Close())
	}
	s.fails(want, err)
}

// file creates a file with the content and leaves it open for reading and writing.
func (s *suite) file(name, content string) afero.File {
	s.t.Helper()
	f := s.open(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
	s.write(f, content)
	return f
}

func (s *suite) dir(names ...string) {
	s.t.Helper()
	for _, name := range names {
		s.ok(s.fs.Mkdir(name, 0o777))
	}
}

func (s *suite) write(f afero.File, content string) {
	s.t.Helper()
	n, err := f.Write([]byte(content))
	s.ok(err)
	require.Equal(s.t, len(content), n)
}

func (s *suite) writeAt(f afero.File, content string, off int64) {
	s.t.Helper()
	n, err := f.WriteAt([]byte(content), off)
	s.ok(err)
	require.Equal(s.t, len(content), n)
}

// holds requires a file to have the content, read through a new handle.
func (s *suite) holds(name, content string) {
	s.t.Helper()
	got, err := afero.ReadFile(s.fs, name)
	s.ok(err)
	require.Equal(s.t, content, string(got))
	info, err := s.fs.Stat(name)
	s.ok(err)
	require.Equal(s.t, int64(len(content)), info.Size())
}

// reads requires a handle to show the content from offset 0, and does not move it.
func (s *suite) reads(f afero.File, content string) {
	s.t.Helper()
	b := make([]byte, len(content)+1)
	n, err := f.ReadAt(b, 0)
	require.Equal(s.t, io.EOF, err)
	require.Equal(s.t, content, string(b[:n]))
}

func (s *suite) absent(name string) {
	s.t.Helper()
	_, err := s.fs.Stat(name)
	s.fails(os.ErrNotExist, err)
}

// list returns the names in a directory in any order.
func (s *suite) list(dir string) []string {
	s.t.Helper()
	names, err := s.open(dir, os.O_RDONLY).Readdirnames(-1)
	s.ok(err)
	return names
}
