package faultfs

import (
	"io"
	"syscall"

	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// Lock locks a path until the returned closer is closed. The path need not exist. If it is already locked, Lock fails
// with EAGAIN, which flock(2) calls EWOULDBLOCK. A crash image starts without locks.
func (fs *FS) Lock(name string) (io.Closer, error) {
	fs.enter()
	defer fs.leave()
	if _, err := fs.inject(call{kind: OpOpen, name: "lock", path: name, changes: true}); err != nil {
		return nil, err
	}
	name = trace.CleanPath(name)
	if fs.locks[name] != nil {
		return nil, pathError("lock", name, syscall.EAGAIN)
	}
	if fs.locks == nil {
		fs.locks = map[string]*lock{}
	}
	l := &lock{fs, name}
	fs.locks[name] = l
	return l, nil
}

// lock is held until it is closed.
type lock struct {
	fs   *FS
	name string
}

func (l *lock) Close() error {
	l.fs.mu.Lock()
	defer l.fs.mu.Unlock()
	if l.fs.locks[l.name] != l {
		return pathError("unlock", l.name, syscall.EBADF)
	}
	delete(l.fs.locks, l.name)
	return nil
}
