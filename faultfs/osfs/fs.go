package osfs

import (
	"errors"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/spf13/afero"
)

// FS is a filesystem in the shape of package os.
type FS struct {
	on afero.Fs

	mu    sync.Mutex
	temps int // number of names tried by CreateTemp and MkdirTemp
}

// New returns a filesystem in the shape of package os.
func New(on afero.Fs) *FS { return &FS{on: on} }

// OpenFile is os.OpenFile.
func (d *FS) OpenFile(name string, flag int, perm os.FileMode) (*File, error) {
	f, err := d.on.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return &File{f}, nil
}

// Open is os.Open.
func (d *FS) Open(name string) (*File, error) { return d.OpenFile(name, os.O_RDONLY, 0) }

// Create is os.Create.
func (d *FS) Create(name string) (*File, error) {
	return d.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
}

// Mkdir is os.Mkdir.
func (d *FS) Mkdir(name string, perm os.FileMode) error { return d.on.Mkdir(name, perm) }

// MkdirAll is os.MkdirAll.
func (d *FS) MkdirAll(path string, perm os.FileMode) error { return d.on.MkdirAll(path, perm) }

// Remove is os.Remove.
func (d *FS) Remove(name string) error { return d.on.Remove(name) }

// RemoveAll is os.RemoveAll.
func (d *FS) RemoveAll(path string) error { return d.on.RemoveAll(path) }

// Rename is os.Rename.
func (d *FS) Rename(oldpath, newpath string) error { return d.on.Rename(oldpath, newpath) }

// Symlink is os.Symlink.
func (d *FS) Symlink(oldname, newname string) error {
	if l, ok := d.on.(afero.Linker); ok {
		return l.SymlinkIfPossible(oldname, newname)
	}
	return &os.LinkError{Op: "symlink", Old: oldname, New: newname, Err: errors.ErrUnsupported}
}

// Readlink is os.Readlink.
func (d *FS) Readlink(name string) (string, error) {
	if l, ok := d.on.(afero.LinkReader); ok {
		return l.ReadlinkIfPossible(name)
	}
	return "", &fs.PathError{Op: "readlink", Path: name, Err: errors.ErrUnsupported}
}

// Stat is os.Stat.
func (d *FS) Stat(name string) (os.FileInfo, error) { return d.on.Stat(name) }

// Lstat is os.Lstat.
func (d *FS) Lstat(name string) (os.FileInfo, error) {
	if l, ok := d.on.(afero.Lstater); ok {
		info, _, err := l.LstatIfPossible(name)
		return info, err
	}
	return d.on.Stat(name)
}

// Truncate is os.Truncate.
func (d *FS) Truncate(name string, size int64) error {
	f, err := d.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return named("truncate", name, err)
	}
	err = f.Truncate(size)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// Chmod is os.Chmod.
func (d *FS) Chmod(name string, mode os.FileMode) error { return d.on.Chmod(name, mode) }

// Chtimes is os.Chtimes.
func (d *FS) Chtimes(name string, atime, mtime time.Time) error {
	return d.on.Chtimes(name, atime, mtime)
}

// named returns the error of a call on a path as package os would return it: an *fs.PathError that names the operation
// op.
func named(op, name string, err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return &fs.PathError{Op: op, Path: name, Err: at.Err}
	}
	return err
}
