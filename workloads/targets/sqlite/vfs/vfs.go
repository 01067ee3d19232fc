package vfs

import (
	"errors"
	"io"
	iofs "io/fs"
	"os"
	"path"
	"syscall"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs/osfs"
)

// New returns a VFS whose files are on a filesystem.
func New(on afero.Fs) vfs.VFS { return &system{osfs.New(on)} }

type system struct{ disk *osfs.FS }

// journals are the files whose directory is synced with their first sync.
const journals = vfs.OPEN_MAIN_JOURNAL | vfs.OPEN_SUPER_JOURNAL | vfs.OPEN_WAL

func (s *system) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	if name == "" {
		return &vfsutil.SliceFile{}, flags | vfs.OPEN_MEMORY, nil
	}
	mode := os.O_RDONLY
	if flags&vfs.OPEN_READWRITE != 0 {
		mode = os.O_RDWR
	}
	if flags&vfs.OPEN_CREATE != 0 {
		mode |= os.O_CREATE
	}
	if flags&vfs.OPEN_EXCLUSIVE != 0 {
		mode |= os.O_EXCL
	}
	f, err := s.disk.OpenFile(name, mode, 0o644)
	if err != nil {
		return nil, flags, vfs.SystemError(err, sqlite3.CANTOPEN)
	}
	return &file{File: f, disk: s.disk, name: name, named: flags&vfs.OPEN_CREATE == 0 || flags&journals == 0}, flags, nil
}

func (s *system) Delete(name string, syncDir bool) error {
	err := s.disk.Remove(name)
	switch {
	case errors.Is(err, iofs.ErrNotExist):
		return vfs.SystemError(err, sqlite3.IOERR_DELETE_NOENT)
	case err != nil:
		return vfs.SystemError(err, sqlite3.IOERR_DELETE)
	case syncDir:
		return s.syncDir(name)
	}
	return nil
}

func (s *system) syncDir(of string) error {
	if err := s.disk.SyncDir(path.Dir(of)); err != nil {
		return vfs.SystemError(err, sqlite3.IOERR_DIR_FSYNC)
	}
	return nil
}

func (s *system) Access(name string, _ vfs.AccessFlag) (bool, error) {
	_, err := s.disk.Stat(name)
	if errors.Is(err, iofs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, vfs.SystemError(err, sqlite3.IOERR_ACCESS)
	}
	return true, nil
}

func (s *system) FullPathname(name string) (string, error) { return path.Clean(name), nil }

// file is an open file.
type file struct {
	*osfs.File
	disk  *osfs.FS
	name  string
	named bool // no sync of the directory is due
	level vfs.LockLevel
	held  io.Closer // while level is not LOCK_NONE
}

var (
	_ vfs.FileLockState = (*file)(nil)
	_ vfs.FileSizeHint  = (*file)(nil)
)

func (f *file) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.File.WriteAt(p, off)
	if errors.Is(err, syscall.ENOSPC) {
		err = vfs.SystemError(err, sqlite3.FULL)
	}
	return n, err
}

func (f *file) Sync(flags vfs.SyncFlag) error {
	sync := f.File.Sync
	if flags&vfs.SYNC_DATAONLY != 0 {
		sync = f.SyncData
	}
	if err := sync(); err != nil {
		return vfs.SystemError(err, sqlite3.IOERR_FSYNC)
	}
	if f.named {
		return nil
	}
	f.named = true
	return (&system{f.disk}).syncDir(f.name)
}

func (f *file) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, vfs.SystemError(err, sqlite3.IOERR_FSTAT)
	}
	return info.Size(), nil
}

// SizeHint does nothing: SQLite asks for space in advance only to avoid fragmentation.
func (*file) SizeHint(int64) error { return nil }

func (f *file) Lock(level vfs.LockLevel) error {
	if f.held == nil {
		held, err := f.disk.Lock(f.name)
		if errors.Is(err, syscall.EAGAIN) {
			return sqlite3.BUSY
		}
		if err != nil {
			return vfs.SystemError(err, sqlite3.IOERR_LOCK)
		}
		f.held = held
	}
	f.level = max(f.level, level)
	return nil
}

func (f *file) Unlock(level vfs.LockLevel) error {
	f.level = min(f.level, level)
	if f.level != vfs.LOCK_NONE || f.held == nil {
		return nil
	}
	held := f.held
	f.held = nil
	return held.Close()
}

// CheckReservedLock returns false: nobody else has a lock on a file that this connection has locked.
func (*file) CheckReservedLock() (bool, error) { return false, nil }

func (f *file) LockState() vfs.LockLevel { return f.level }

// SectorSize returns what SQLite's VFS for Unix assumes.
func (*file) SectorSize() int { return 4096 }

// DeviceCharacteristics returns what SQLite's VFS for Unix assumes: a write that is torn damages no bytes outside its range.
func (*file) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return vfs.IOCAP_POWERSAFE_OVERWRITE | vfs.IOCAP_SUBPAGE_READ
}

func (f *file) Close() error { return errors.Join(f.Unlock(vfs.LOCK_NONE), f.File.Close()) }
