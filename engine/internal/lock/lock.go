package lock

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"reflect"
	"sync"
	"syscall"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
)

// ErrLocked is returned for a directory that is already locked.
var ErrLocked = errors.New("engine: store is open already")

// locker is engine.Locker.
type locker interface {
	Lock(name string) (io.Closer, error)
}

// Dir locks the directory of a store. With readOnly, no lock is needed if the lock file cannot be written, because the
// filesystem is read-only or the user has only read access.
func Dir(fsys afero.Fs, dir string, readOnly bool) (io.Closer, error) {
	var lock io.Closer
	var err error
	name := filepath.Join(dir, filename.Lock)
	switch f := cancel.Base(fsys).(type) {
	case locker:
		lock, err = f.Lock(name)
	case afero.OsFs, *afero.OsFs:
		lock, err = lockFile(name)
	default:
		lock, err = processLocks.lock(f, filepath.Clean(dir))
	}
	switch {
	case err == nil:
		return lock, nil
	case readOnly && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)):
		return io.NopCloser(nil), nil
	case errors.Is(err, corrupt.Err) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.ENOSPC):
		return nil, fmt.Errorf("engine: lock %s: %w", dir, err) // an error of the lock file, which does not mean that someone holds the lock
	}
	return nil, fmt.Errorf("%w: %s: %w", ErrLocked, dir, err)
}

var errHeldHere = errors.New("by this process")

type lockKey struct {
	fs  any
	dir string
}

// lockTable holds the locks for filesystems without locks of their own.
type lockTable struct {
	mu   sync.Mutex
	held map[lockKey]bool
}

var processLocks = lockTable{held: map[lockKey]bool{}}

func (t *lockTable) lock(fsys afero.Fs, dir string) (io.Closer, error) {
	k := lockKey{fsys, dir}
	if !reflect.TypeOf(fsys).Comparable() {
		k.fs = nil // filesystems of this type cannot be told apart
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held[k] {
		return nil, errHeldHere
	}
	t.held[k] = true
	return &processLock{t, k}, nil
}

type processLock struct {
	table *lockTable
	key   lockKey
}

// Close releases the lock.
func (l *processLock) Close() error {
	l.table.mu.Lock()
	defer l.table.mu.Unlock()
	delete(l.table.held, l.key)
	return nil
}
