package osfs

import (
	"io"
	"io/fs"
	"os"

	"github.com/spf13/afero"
)

// File is an open file or directory in the shape of *os.File.
type File struct{ afero.File }

// ReadDir is the method of *os.File: the entries of a directory in its own order. It does not ask for the sizes of
// files.
func (f *File) ReadDir(n int) ([]os.DirEntry, error) {
	infos, err := f.Readdir(n)
	entries := make([]os.DirEntry, len(infos))
	for i, info := range infos {
		entries[i] = fs.FileInfoToDirEntry(info)
	}
	return entries, err
}

// ReadFrom is the method of *os.File.
func (f *File) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{f}, r)
}

// WriteTo is the method of *os.File.
func (f *File) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{f})
}

// Fd returns ^uintptr(0), like that of a nil *os.File, because there is no descriptor.
func (*File) Fd() uintptr { return ^uintptr(0) }
