package fs

import (
	"errors"
	"io"
	"os"
	"path"
	"syscall"

	"github.com/akrylysov/pogreb/fs"
	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs/osfs"
)

// Path is where to open pogreb. pogreb creates this directory on the operating system's filesystem, where it always
// exists.
const Path = "."

// directory presents a directory to pogreb.
type directory struct {
	disk *osfs.FS
	dir  string
}

// New presents a directory of the filesystem on as one of pogreb's filesystems.
func New(on afero.Fs, dir string) fs.FileSystem { return &directory{osfs.New(on), dir} }

func (d *directory) in(name string) string { return path.Join(d.dir, name) }

func (d *directory) OpenFile(name string, flag int, perm os.FileMode) (fs.File, error) {
	f, err := d.disk.OpenFile(d.in(name), flag, perm)
	if err != nil {
		return nil, err
	}
	return file{f}, nil
}

func (d *directory) Stat(name string) (os.FileInfo, error) { return d.disk.Stat(d.in(name)) }
func (d *directory) Remove(name string) error              { return d.disk.Remove(d.in(name)) }
func (d *directory) Rename(from, to string) error          { return d.disk.Rename(d.in(from), d.in(to)) }

func (d *directory) ReadDir(name string) ([]os.FileInfo, error) {
	entries, err := d.disk.ReadDir(d.in(name))
	infos := make([]os.FileInfo, 0, len(entries))
	for _, e := range entries {
		info, gone := e.Info()
		if err = errors.Join(err, gone); gone == nil {
			infos = append(infos, info)
		}
	}
	return infos, err
}

func (d *directory) CreateLockFile(name string, perm os.FileMode) (_ fs.LockFile, existed bool, err error) {
	_, err = d.Stat(name)
	existed = err == nil
	f, err := d.disk.OpenFile(d.in(name), os.O_RDWR|os.O_CREATE, perm)
	if err != nil {
		return nil, false, err
	}
	held, err := d.disk.Lock(d.in(name))
	switch {
	case errors.Is(err, syscall.EAGAIN):
		if err = f.Close(); err == nil {
			err = os.ErrExist // NB: pogreb compares with ==
		}
		return nil, false, err
	case err != nil:
		return nil, false, errors.Join(err, f.Close())
	}
	return &lock{d, name, f, held}, existed, nil
}

// lock is a lock with its file.
type lock struct {
	d          *directory
	name       string
	file, held io.Closer
}

// Unlock removes the file and gives up the lock.
func (l *lock) Unlock() error {
	if err := l.d.Remove(l.name); err != nil {
		return err
	}
	return errors.Join(l.file.Close(), l.held.Close())
}

// file is an open file.
type file struct{ *osfs.File }

// Slice reads the bytes from start to end.
func (f file) Slice(start, end int64) ([]byte, error) {
	b := make([]byte, end-start)
	if _, err := f.ReadAt(b, start); err != nil {
		return nil, err
	}
	return b, nil
}
