package calibrate

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/afero"
	"golang.org/x/sys/unix"
)

// worldFS is a mounted filesystem as a program sees it. It calls changed after every call that may have changed
// something, even if the call failed, except for a failed open.
type worldFS struct {
	afero.Fs // the files below dir
	dir      string
	changed  func() error
	faults   *faults // nil if the disk cannot fail
}

func newWorld(dir string, changed func() error) *worldFS {
	return &worldFS{Fs: afero.NewBasePathFs(afero.NewOsFs(), dir), dir: dir, changed: changed}
}

func (w *worldFS) path(name string) string { return filepath.Join(w.dir, name) }

// then calls changed after a call, even a failed one, and returns the first error.
func (w *worldFS) then(err error) error {
	if changedErr := w.changed(); err == nil {
		return changedErr
	}
	return err
}

func (w *worldFS) Create(name string) (afero.File, error) {
	return w.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
}

func (w *worldFS) Open(name string) (afero.File, error) { return w.OpenFile(name, os.O_RDONLY, 0) }

func (w *worldFS) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	f, err := os.OpenFile(w.path(name), flag, perm)
	if err != nil {
		return nil, err
	}
	if flag&(os.O_CREATE|os.O_TRUNC) != 0 {
		if err := w.changed(); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return &worldFile{f, w}, nil
}

func (w *worldFS) Mkdir(name string, perm os.FileMode) error { return w.then(w.Fs.Mkdir(name, perm)) }
func (w *worldFS) Remove(name string) error                  { return w.then(w.Fs.Remove(name)) }
func (w *worldFS) Rename(from, to string) error              { return w.then(w.Fs.Rename(from, to)) }

func (w *worldFS) Link(from, to string) error { return w.then(os.Link(w.path(from), w.path(to))) }

// Exchange is renameat2(2) with RENAME_EXCHANGE.
func (w *worldFS) Exchange(a, b string) error {
	return w.then(unix.Renameat2(unix.AT_FDCWD, w.path(a), unix.AT_FDCWD, w.path(b), unix.RENAME_EXCHANGE))
}

// SymlinkIfPossible creates a symbolic link and stores its target verbatim.
func (w *worldFS) SymlinkIfPossible(target, name string) error {
	return w.then(os.Symlink(target, w.path(name)))
}

// ReadlinkIfPossible returns the target of a symbolic link.
func (w *worldFS) ReadlinkIfPossible(name string) (string, error) { return os.Readlink(w.path(name)) }

// waitForIt makes writeBack wait until the device has accepted the bytes. The device's cache is not flushed.
const waitForIt = unix.SYNC_FILE_RANGE_WAIT_BEFORE | unix.SYNC_FILE_RANGE_WAIT_AFTER

// writeBack starts writing the bytes of all files, but no metadata, as the kernel does with old pages.
func (w *worldFS) writeBack(wait int) error {
	return filepath.WalkDir(w.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		err = unix.SyncFileRange(int(f.Fd()), 0, 0, unix.SYNC_FILE_RANGE_WRITE|wait)
		return errors.Join(os.NewSyscallError("sync_file_range", err), f.Close())
	})
}

// worldFile is an open file or directory.
type worldFile struct {
	*os.File
	world *worldFS
}

func (f *worldFile) Write(b []byte) (int, error) {
	n, err := f.File.Write(b)
	return n, f.world.then(err)
}

func (f *worldFile) WriteAt(b []byte, off int64) (int, error) {
	n, err := f.File.WriteAt(b, off)
	return n, f.world.then(err)
}

func (f *worldFile) WriteString(s string) (int, error) { return f.Write([]byte(s)) }

func (f *worldFile) Truncate(size int64) error { return f.world.then(f.File.Truncate(size)) }

func (f *worldFile) Sync() error { return f.world.then(f.File.Sync()) }

// SyncData is fdatasync(2).
func (f *worldFile) SyncData() error { return f.world.then(unix.Fdatasync(int(f.Fd()))) }
