package osfs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Link is os.Link; see faultfs.Linker.
func (d *FS) Link(oldname, newname string) error {
	switch on := d.on.(type) {
	case faultfs.Linker:
		return on.Link(oldname, newname)
	case afero.OsFs, *afero.OsFs:
		return os.Link(oldname, newname)
	}
	return &os.LinkError{Op: "link", Old: oldname, New: newname, Err: errors.ErrUnsupported}
}

// SyncDir makes the names in a directory durable: it opens the directory, syncs it and closes it.
func (d *FS) SyncDir(name string) error {
	f, err := d.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Lock keeps others from locking the same path until the closer is closed; see faultfs.Locker. It makes no file.
func (d *FS) Lock(name string) (io.Closer, error) {
	if on, ok := d.on.(faultfs.Locker); ok {
		return on.Lock(name)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	name = filepath.Clean(name)
	if d.locks[name] != nil {
		return nil, &fs.PathError{Op: "lock", Path: name, Err: syscall.EAGAIN}
	}
	if d.locks == nil {
		d.locks = map[string]*tableLock{}
	}
	l := &tableLock{d, name}
	d.locks[name] = l
	return l, nil
}

// tableLock is a lock of a filesystem that has none.
type tableLock struct {
	d    *FS
	name string
}

// Close releases the lock.
func (l *tableLock) Close() error {
	l.d.mu.Lock()
	defer l.d.mu.Unlock()
	if l.d.locks[l.name] != l {
		return &fs.PathError{Op: "unlock", Path: l.name, Err: fs.ErrClosed}
	}
	delete(l.d.locks, l.name)
	return nil
}

// Space returns how full the disk is; see faultfs.SpaceReporter.
func (d *FS) Space() (faultfs.Space, error) {
	if on, ok := d.on.(faultfs.SpaceReporter); ok {
		return on.Space()
	}
	return faultfs.Space{}, &fs.PathError{Op: "statfs", Path: "/", Err: errors.ErrUnsupported}
}

// SyncData is fdatasync(2); see faultfs.DataSyncer.
func (f *File) SyncData() error {
	if on, ok := f.File.(faultfs.DataSyncer); ok {
		return on.SyncData()
	}
	return f.Sync()
}

// Preallocate is fallocate(2) without flags; see faultfs.Preallocator.
func (f *File) Preallocate(off, bytes int64) error {
	if on, ok := f.File.(faultfs.Preallocator); ok {
		return on.Preallocate(off, bytes)
	}
	info, err := f.Stat()
	if err != nil || info.Size() >= off+bytes {
		return err
	}
	return f.Truncate(off + bytes)
}
