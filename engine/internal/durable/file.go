package durable

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"syscall"

	"github.com/spf13/afero"
)

// File is a new file that is being appended to.
type File struct {
	dir     *Dir
	f       afero.File
	draft   bool       // lack of room does not count as a failed mutation
	content sync.Mutex // held during a sync of the file

	end   int64 // offset of the next Write
	ahead bool  // there are zeros after the end
	full  bool  // there was no room for zeros
}

// Write appends p and hands it to the operating system.
func (f *File) Write(p []byte) (n int, err error) {
	try := f.dir.try
	if f.draft {
		try = f.dir.tryDraft
	}
	err = try(func() error {
		if f.ahead { // NB: on some filesystems WriteAt moves the offset of Write
			n, err = f.f.WriteAt(p, f.end)
		} else {
			n, err = f.f.Write(p)
		}
		if f.end += int64(n); err == nil && n < len(p) {
			err = io.ErrShortWrite
		}
		f.dir.bytes.Add(int64(n))
		return err
	})
	return n, err
}

// Sync makes durable what was written before the call, but not the file's name.
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

// Close releases the file. A failed close counts as a failed write, because some filesystems report write errors only
// then.
func (f *File) Close() error {
	if err := f.f.Close(); err != nil {
		return f.dir.Fail(err)
	}
	return nil
}

// Keep ends the draft stage: from now on something relies on the file.
func (f *File) Keep() { f.draft = false }

// WriteZeros writes n zeros at off, which is at or after the end. It does not move the offset of the next Write. The
// two must not be called concurrently. If there is no room, some zeros are missing and later calls do nothing. That is
// not a failed write: nothing is lost, and no later write or sync is supposed to make up for it.
func (f *File) WriteZeros(off, n int64) error {
	if f.full {
		return f.dir.Poisoned()
	}
	f.ahead = true
	return f.dir.try(func() error {
		for n > 0 {
			written, err := f.f.WriteAt(zeros[:min(n, int64(len(zeros)))], off)
			if f.full = IsNoRoom(err); f.full {
				return nil
			}
			if err != nil {
				return err
			}
			off, n = off+int64(written), n-int64(written)
		}
		return nil
	})
}

// IsNoRoom reports whether a write failed because of a full disk or an exhausted quota.
func IsNoRoom(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// zeros are written block by block, because some filesystems write back everything written in one call when a part of
// it changes.
var zeros [4 << 10]byte
