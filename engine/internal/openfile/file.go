package openfile

import (
	"io/fs"
	"sync"
	"sync/atomic"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
)

// File is a file that is opened when it is read.
type File struct {
	pool  *Pool
	name  string
	used  atomic.Bool // read since the hand last passed
	place int         // position in the ring; guarded by the pool's lock

	mu     sync.RWMutex // held for reading while the file is read
	file   afero.File   // nil while not open
	closed bool
}

// ReadAt implements io.ReaderAt. The error may be one from opening the file.
func (f *File) ReadAt(b []byte, off int64) (int, error) {
	if n, done, err := f.read(b, off); done {
		return n, err
	}
	return f.openAndRead(b, off)
}

// read reads the file if it is open.
func (f *File) read(b []byte, off int64) (n int, done bool, err error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.file == nil {
		return 0, false, nil
	}
	if !f.used.Load() { // usually set already; a store would take the cache line from other readers
		f.used.Store(true)
	}
	n, err = f.file.ReadAt(b, off)
	return n, true, err
}

func (f *File) openAndRead(b []byte, off int64) (n int, err error) {
	err = f.with(func(file afero.File) (err error) {
		n, err = file.ReadAt(b, off)
		return err
	})
	return n, err
}

// Stat describes the file.
func (f *File) Stat() (info fs.FileInfo, err error) {
	err = f.with(func(file afero.File) (err error) {
		info, err = file.Stat()
		return err
	})
	return info, err
}

// with opens the file if necessary and calls do with it.
func (f *File) with(do func(afero.File) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		if err := f.open(); err != nil {
			return err
		}
	}
	return do(f.file)
}

// open opens the file. The caller holds mu, and the file is not in the ring.
func (f *File) open() error {
	if f.closed {
		return &fs.PathError{Op: "read", Path: f.name, Err: fs.ErrClosed}
	}
	if refused := f.pool.refused.Load(); refused != nil {
		return *refused
	}
	f.pool.enter()
	file, err := f.pool.dir.Open(f.name)
	if err != nil {
		f.pool.left()
		if refused := f.pool.refused.Load(); refused != nil { // refused in the meantime
			return *refused
		}
		return corrupt.Missing(f.name, err)
	}
	f.file = file
	f.pool.show(f)
	return nil
}

// shut closes the file until it is next read. The caller holds mu.
func (f *File) shut() {
	_ = f.file.Close() // the file was only read, so nothing can be lost
	f.file = nil
}

// Rest closes the file until it is next read, which the caller does not expect soon. No one may be reading it.
func (f *File) Rest() {
	f.pool.hide(f)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file != nil {
		f.shut()
		f.pool.left()
	}
}

// Close closes the file for good. No one may be reading it.
func (f *File) Close() error {
	f.pool.hide(f)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	f.pool.left()
	return err
}
