package durable

import (
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"syscall"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/sparse"
)

// Check returns nil if the directory has a regular file of that name. A symbolic link, a pipe, a device or anything
// else with that name is corruption, and so is a name that leads out of the directory. Other errors come from the
// filesystem. If the filesystem cannot describe a link itself (afero.Lstater), the link's target is checked instead.
func (d *Dir) Check(name string) error {
	kind, err := d.kind(name)
	if err != nil {
		return err
	}
	if !kind.IsRegular() {
		return corrupt.At(name, 0, "%s in place of a regular file: move it away", describe(kind))
	}
	return nil
}

// CheckDir returns nil if name is a directory in this one, or missing. Anything else is corruption, because work meant
// for this directory would be done elsewhere.
func (d *Dir) CheckDir(name string) error {
	kind, err := d.kind(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && !kind.IsDir():
		return corrupt.At(name, 0, "%s in place of a directory: move it away", describe(kind))
	}
	return err
}

// kind returns the type of the file with that name, without following a link.
func (d *Dir) kind(name string) (fs.FileMode, error) {
	if err := d.checkName(name); err != nil {
		return 0, err
	}
	info, err := lstat(d.fs, d.join(name))
	if err != nil {
		return 0, err
	}
	return info.Mode().Type(), nil
}

// checkName rejects a name that leads out of the directory.
func (d *Dir) checkName(name string) error {
	if filepath.IsLocal(name) && name == filepath.Base(name) && name != "." {
		return nil
	}
	return corrupt.At(d.path, 0, "%q is not a valid file name", name)
}

func lstat(fsys afero.Fs, path string) (fs.FileInfo, error) {
	if l, ok := fsys.(afero.Lstater); ok {
		info, _, err := l.LstatIfPossible(path)
		return info, err
	}
	return fsys.Stat(path)
}

// describe names the type of a file that is not regular.
func describe(kind fs.FileMode) string {
	switch {
	case kind.IsRegular():
		return "a regular file"
	case kind.IsDir():
		return "a directory"
	case kind&fs.ModeSymlink != 0:
		return "a symbolic link"
	case kind&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case kind&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// Open opens a regular file for reading. See [Dir.Check] for the errors.
func (d *Dir) Open(name string) (afero.File, error) {
	if err := d.Check(name); err != nil {
		return nil, err
	}
	return openRegular(d.fs, d.join(name))
}

// ReadFile returns the content of a file. Unless it is large, a single call of ReadAt reads it. A file of more than
// bytesMax bytes is corruption and is not read.
func (d *Dir) ReadFile(name string, bytesMax int64) (content []byte, err error) {
	f, err := d.Open(name)
	if err != nil {
		return nil, err
	}
	content, err = Content(f, name, bytesMax)
	return content, errors.Join(err, f.Close())
}

// Content is ReadFile for an open file. The name is for errors.
func Content(f afero.File, name string, bytesMax int64) ([]byte, error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return nil, err
	}
	size := info.Size()
	if size > min(bytesMax, math.MaxInt) {
		return nil, corrupt.At(name, bytesMax, "file of %d bytes, but the engine writes at most %d", size, bytesMax)
	}
	content := make([]byte, size)
	n, err := sparse.ReadAt(f, content, 0)
	if err != nil {
		return nil, err
	}
	return content[:n], nil
}

// Names lists the directory, in no particular order.
func (d *Dir) Names() (names []string, err error) {
	info, err := d.fs.Stat(d.path) // opening a pipe would block
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: d.path, Err: syscall.ENOTDIR}
	}
	f, err := d.fs.Open(d.path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Readdirnames(-1)
}
