package faultfs

import (
	"io"
	"syscall"
)

// Lock takes a lock on a path until the returned closer is closed; the lock of a crashed machine is gone with it. The
// path need not exist. A path that is locked already gives EWOULDBLOCK.
func (fs *FS) Lock(name string) (io.Closer, error) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if _, err := fs.inject(OpOpen, "lock", 0, name); err != nil {
		return nil, err
	}
	name = clean(name)
	if fs.locks[name] {
		return nil, pathError("lock", name, syscall.EWOULDBLOCK)
	}
	if fs.locks == nil {
		fs.locks = map[string]bool{}
	}
	fs.locks[name] = true
	return unlock{fs, name}, nil
}

type unlock struct {
	fs   *FS
	name string
}

func (u unlock) Close() error {
	u.fs.mu.Lock()
	defer u.fs.mu.Unlock()
	if !u.fs.locks[u.name] {
		return pathError("unlock", u.name, syscall.EBADF)
	}
	delete(u.fs.locks, u.name)
	return nil
}
