package osfs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
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

// Exchange exchanges two names; see faultfs.Exchanger. On the operating system's filesystem it needs Linux.
func (d *FS) Exchange(a, b string) error {
	switch on := d.on.(type) {
	case faultfs.Exchanger:
		return on.Exchange(a, b)
	case afero.OsFs, *afero.OsFs:
		return exchange(a, b)
	}
	return &os.LinkError{Op: "exchange", Old: a, New: b, Err: errors.ErrUnsupported}
}

// SyncDir makes the names in a directory durable: it opens the directory, syncs it and closes it.
func (d *FS) SyncDir(name string) error {
	f, err := d.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Lock keeps others from locking the same path until the closer is closed; see faultfs.Locker. It creates no file.
func (d *FS) Lock(name string) (io.Closer, error) {
	switch on := d.on.(type) {
	case faultfs.Locker:
		return on.Lock(name)
	case afero.OsFs, *afero.OsFs:
		path, err := filepath.Abs(name)
		if err != nil {
			return nil, err
		}
		return table.lock(tableLock{path: path})
	default:
		return table.lock(tableLock{on: d, path: filepath.Clean(name)})
	}
}

// table holds this process's locks on filesystems without locks of their own.
var table = lockTable{held: map[tableLock]bool{}}

type lockTable struct {
	mu   sync.Mutex
	held map[tableLock]bool
}

// tableLock is a path in a filesystem; nil stands for the operating system's.
type tableLock struct {
	on   *FS
	path string
}

func (t *lockTable) lock(l tableLock) (io.Closer, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held[l] {
		return nil, &fs.PathError{Op: "lock", Path: l.path, Err: syscall.EAGAIN}
	}
	t.held[l] = true
	return l, nil
}

// Close releases the lock.
func (l tableLock) Close() error {
	table.mu.Lock()
	defer table.mu.Unlock()
	if !table.held[l] {
		return &fs.PathError{Op: "unlock", Path: l.path, Err: fs.ErrClosed}
	}
	delete(table.held, l)
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
