package vfs

import (
	"errors"
	"io"
	iofs "io/fs"
	"strings"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/spf13/afero"
)

// Stopping presents the filesystem on as one of Pebble's. It calls stop where Pebble would otherwise panic on one of
// its own goroutines and so end the process:
//
//   - "If an error occurs while syncing the directory, Move panics", says atomicfs.Marker.
//   - When the last write or the sync of a blob file fails, blob.FileWriter.Close aborts what is already closed and
//     dereferences nil; see workloads/TRACKRECORD.md.
//   - DB.rotateWAL panics if it cannot close a log or create another one. It has then released a lock that its callers
//     release again when the panic is recovered.
//
// For stop, pass torture.Env.Stop; the target must promise StopsOnError.
func Stopping(on afero.Fs, stop func(reason string)) vfs.FS { return &stopping{New(on), stop} }

type stopping struct {
	vfs.FS
	stop func(reason string)
}

// OpenDir opens a directory to sync it.
func (s *stopping) OpenDir(name string) (vfs.File, error) {
	return s.stopping(s.FS.OpenDir(name))
}

// Create creates a file.
func (s *stopping) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := s.FS.Create(name, category)
	switch {
	case strings.HasSuffix(name, ".log"):
		return s.log(f, err)
	case strings.HasSuffix(name, ".blob"):
		return s.stopping(f, err)
	}
	return f, err
}

// ReuseForWrite turns an old log into a new one.
func (s *stopping) ReuseForWrite(from, to string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return s.log(s.FS.ReuseForWrite(from, to, category))
}

// log stops the engine if there is no log to write to.
func (s *stopping) log(f vfs.File, err error) (vfs.File, error) {
	return s.stopping(f, stopOn(s.stop, err))
}

func (s *stopping) stopping(f vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return &stoppingFile{f, s.stop}, nil
}

// stoppingFile stops the engine when one of its operations fails.
type stoppingFile struct {
	vfs.File
	stop func(reason string)
}

// Write stops the engine if the disk reports an error.
func (f *stoppingFile) Write(b []byte) (int, error) {
	n, err := f.File.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return n, stopOn(f.stop, err)
}

// Sync stops the engine if the disk reports an error.
func (f *stoppingFile) Sync() error { return stopOn(f.stop, f.File.Sync()) }

// SyncData stops the engine if the disk reports an error.
func (f *stoppingFile) SyncData() error { return stopOn(f.stop, f.File.SyncData()) }

// SyncTo stops the engine if the disk reports an error.
func (f *stoppingFile) SyncTo(length int64) (fullSync bool, err error) {
	fullSync, err = f.File.SyncTo(length)
	return fullSync, stopOn(f.stop, err)
}

// Preallocate stops the engine if the disk reports an error.
func (f *stoppingFile) Preallocate(off, length int64) error {
	return stopOn(f.stop, f.File.Preallocate(off, length))
}

// Close stops the engine if the disk reports an error.
func (f *stoppingFile) Close() error { return stopOn(f.stop, f.File.Close()) }

func stopOn(stop func(reason string), err error) error {
	if err != nil && !errors.Is(err, iofs.ErrClosed) {
		stop("pebble: " + err.Error())
	}
	return err
}
