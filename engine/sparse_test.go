package engine_test

import (
	"bytes"
	"os"
	"sync/atomic"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"
)

const pageBytes = 4 << 10

// sparse does not store pages of zeros, so that a store of many zeros takes little disk space. It counts the bytes read
// and the open files.
type sparse struct {
	afero.Fs
	read       atomic.Int64 // bytes
	open, most atomic.Int64 // files, now and at once
}

func (s *sparse) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	return s.count(s.Fs.OpenFile(name, flag, perm))
}

func (s *sparse) Open(name string) (afero.File, error) { return s.count(s.Fs.Open(name)) }

func (s *sparse) count(f afero.File, err error) (afero.File, error) {
	if err != nil {
		return nil, err
	}
	now := s.open.Add(1)
	for most := s.most.Load(); now > most && !s.most.CompareAndSwap(most, now); most = s.most.Load() {
	}
	return &sparseFile{File: f, fs: s}, nil
}

type sparseFile struct {
	afero.File
	fs  *sparse
	end int64
}

func (f *sparseFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(p, off)
	f.fs.read.Add(int64(n))
	return n, err
}

func (f *sparseFile) Close() error {
	f.fs.open.Add(-1)
	return f.File.Close()
}

func (f *sparseFile) Write(p []byte) (int, error) {
	n, err := f.WriteAt(p, f.end)
	f.end += int64(n)
	return n, err
}

var zeroPage [pageBytes]byte

// WriteAt writes the pages that are not all zeros. It is never called where other bytes were before.
func (f *sparseFile) WriteAt(p []byte, off int64) (int, error) {
	total, begin := len(p), off
	grow := false
	for len(p) > 0 {
		n := 0 // of the pages to write together
		for n < len(p) {
			page := min(len(p)-n, pageBytes-int((off+int64(n))%pageBytes))
			if bytes.Equal(p[n:n+page], zeroPage[:page]) {
				break
			}
			n += page
		}
		if grow = n == 0; grow {
			n = min(len(p), pageBytes-int(off%pageBytes))
		} else if _, err := f.File.WriteAt(p[:n], off); err != nil {
			return int(off - begin), err
		}
		p, off = p[n:], off+int64(n)
	}
	if grow {
		if err := f.grow(off); err != nil {
			return 0, err
		}
	}
	return total, nil
}

func (f *sparseFile) grow(end int64) error {
	info, err := f.Stat()
	if err != nil || info.Size() >= end {
		return err
	}
	return f.Truncate(end)
}

func TestSparseFilesReadAsTheyWereWritten(t *testing.T) {
	fsys := &sparse{Fs: afero.NewBasePathFs(afero.NewOsFs(), t.TempDir())}
	f, err := fsys.OpenFile("f", os.O_RDWR|os.O_CREATE, 0o644)
	require.NoError(t, err)
	var want []byte
	for _, part := range [][]byte{
		[]byte("head"), make([]byte, 3*pageBytes), []byte("middle"), make([]byte, 10), make([]byte, 5*pageBytes-33),
	} {
		want = append(want, part...)
		n, err := f.Write(part)
		require.NoError(t, err)
		require.Equal(t, len(part), n)
	}
	got := make([]byte, len(want))
	_, err = f.ReadAt(got, 0)
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.NoError(t, f.Close())
	require.Zero(t, fsys.open.Load())
	require.EqualValues(t, len(want), fsys.read.Load())
}
