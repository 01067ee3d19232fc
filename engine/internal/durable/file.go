package durable

import (
	"fmt"
	"io"
	"sync"

	"github.com/spf13/afero"
)

// File is a new file that is being appended to.
type File struct {
	dir     *Dir
	f       afero.File
	content sync.Mutex // held during a sync of the file
}

// Write appends p and hands it to the operating system.
func (f *File) Write(p []byte) (n int, err error) {
	err = f.dir.try(func() error {
		if n, err = f.f.Write(p); err == nil && n < len(p) {
			err = io.ErrShortWrite
		}
		f.dir.bytes.Add(int64(n))
		return err
	})
	return n, err
}

// Sync makes the content durable that was written before the call, not the name.
func (f *File) Sync() error {
	f.content.Lock()
	defer f.content.Unlock()
	return f.dir.try(func() error {
		if err := f.dir.timed(f.f.Sync); err != nil {
			return fmt.Errorf("sync %s: %w", f.f.Name(), err)
		}
		return nil
	})
}

// Close releases the file. A failed close counts as a failed write: some filesystems report one there.
func (f *File) Close() error {
	if err := f.f.Close(); err != nil {
		return f.dir.Fail(err)
	}
	return nil
}
