package storage

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"
	"syscall"

	"github.com/spf13/afero"
	"github.com/syndtr/goleveldb/leveldb/storage"

	"github.com/lightningdb/lightning-torture/faultfs/osfs"
)

// Mode is the access that a storage allows.
type Mode bool

// The modes.
const (
	ReadWrite Mode = false
	ReadOnly  Mode = true // nothing on the disk is changed
)

var errReadOnly = errors.New("storage: opened read-only")

// files is the storage of a directory.
type files struct {
	disk *osfs.FS
	dir  string
	mode Mode
	held io.Closer // the lock of the directory

	mu     sync.Mutex
	user   *user // the holder of the storage's Lock, which a database takes; nil if there is none
	closed bool
}

// Open returns the storage of a directory of the filesystem on. In the mode ReadWrite it creates the directory if it
// does not exist.
func Open(on afero.Fs, dir string, mode Mode) (storage.Storage, error) {
	s := &files{disk: osfs.New(on), dir: dir, mode: mode}
	info, err := s.disk.Stat(dir)
	switch {
	case err == nil && !info.IsDir():
		return nil, &fs.PathError{Op: "open", Path: dir, Err: syscall.ENOTDIR}
	case errors.Is(err, fs.ErrNotExist) && mode == ReadWrite:
		err = s.disk.MkdirAll(dir, 0o755)
	}
	if err != nil {
		return nil, err
	}
	if s.held, err = s.lock(); err != nil {
		return nil, err
	}
	return s, nil
}

// lock locks the directory exclusively; there are no shared locks, which would do for ReadOnly.
func (s *files) lock() (io.Closer, error) {
	name := s.in("LOCK")
	held, err := s.disk.Lock(name)
	if err != nil || s.mode == ReadOnly {
		return held, err
	}
	f, err := s.disk.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return nil, errors.Join(err, held.Close())
	}
	return held, nil
}

func (s *files) in(name string) string { return path.Join(s.dir, name) }

func (s *files) Lock() (storage.Locker, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, storage.ErrClosed
	case s.mode == ReadOnly:
		return &user{}, nil
	case s.user != nil:
		return nil, storage.ErrLocked
	}
	s.user = &user{s}
	return s.user, nil
}

// user is a held Lock. That of a read-only storage excludes no one.
type user struct{ of *files }

func (u *user) Unlock() {
	if u.of == nil {
		return
	}
	u.of.mu.Lock()
	defer u.of.mu.Unlock()
	if u.of.user == u {
		u.of.user = nil
	}
}

func (*files) Log(string) {}

func (s *files) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return storage.ErrClosed
	}
	s.closed = true
	return s.held.Close()
}
