package pebble

import (
	"errors"
	"io"
	"io/fs"
	"strings"
	"sync/atomic"

	engine "github.com/cockroachdb/pebble/v2"
	pebblevfs "github.com/cockroachdb/pebble/v2/vfs"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// panicky is a filesystem on which Pebble stops where it would panic on a goroutine of its own, which would end the campaign:
//
//   - "If an error occurs while syncing the directory, Move panics", says atomicfs.Marker.
//   - When the last write of a blob file fails, or its sync, blob.FileWriter.Close aborts what has been closed already, and
//     dereferences nil; see workloads/TRACKRECORD.md.
//   - DB.rotateWAL panics if it cannot close a log or make another one, and has given up a lock that its callers give up again
//     when that panic is recovered.
type panicky struct {
	pebblevfs.FS
	env torture.Env
}

// stopOnBackgroundError stops Pebble where Open would not return: it flushes what it has read of the log, and if that fails it
// tries again, as long as the disk fails. The function that it returns says that Open has returned.
func stopOnBackgroundError(o *engine.Options, env torture.Env) (opened func()) {
	var opening atomic.Bool
	opening.Store(true)
	o.EventListener = &engine.EventListener{BackgroundError: func(err error) {
		if opening.Load() {
			env.Stop("pebble: " + err.Error())
		}
	}}
	return func() { opening.Store(false) }
}

// OpenDir opens a directory to sync it.
func (p *panicky) OpenDir(name string) (pebblevfs.File, error) {
	return p.stopping(p.FS.OpenDir(name))
}

// Create creates a file.
func (p *panicky) Create(name string, category pebblevfs.DiskWriteCategory) (pebblevfs.File, error) {
	f, err := p.FS.Create(name, category)
	switch {
	case strings.HasSuffix(name, ".log"):
		return p.log(f, err)
	case strings.HasSuffix(name, ".blob"):
		return p.stopping(f, err)
	}
	return f, err
}

// ReuseForWrite makes a log of an old one.
func (p *panicky) ReuseForWrite(from, to string, category pebblevfs.DiskWriteCategory) (pebblevfs.File, error) {
	return p.log(p.FS.ReuseForWrite(from, to, category))
}

// log stops the engine if there is no log to write to.
func (p *panicky) log(f pebblevfs.File, err error) (pebblevfs.File, error) {
	_ = stop(p.env, err)
	return p.stopping(f, err)
}

func (p *panicky) stopping(f pebblevfs.File, err error) (pebblevfs.File, error) {
	if err != nil {
		return nil, err
	}
	return &stoppingFile{f, p.env}, nil
}

// stoppingFile is a file on which an error stops the engine.
type stoppingFile struct {
	pebblevfs.File
	env torture.Env
}

// Write stops the engine if the disk reports an error.
func (f *stoppingFile) Write(b []byte) (int, error) {
	n, err := f.File.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return n, stop(f.env, err)
}

// Sync stops the engine if the disk reports an error.
func (f *stoppingFile) Sync() error { return stop(f.env, f.File.Sync()) }

// SyncTo stops the engine if the disk reports an error.
func (f *stoppingFile) SyncTo(length int64) (fullSync bool, err error) {
	fullSync, err = f.File.SyncTo(length)
	return fullSync, stop(f.env, err)
}

// Preallocate stops the engine if the disk reports an error.
func (f *stoppingFile) Preallocate(off, length int64) error {
	return stop(f.env, f.File.Preallocate(off, length))
}

// Close stops the engine if the disk reports an error.
func (f *stoppingFile) Close() error { return stop(f.env, f.File.Close()) }

// SyncData stops the engine if the disk reports an error.
func (f *stoppingFile) SyncData() error { return stop(f.env, f.File.SyncData()) }

func stop(env torture.Env, err error) error {
	if err != nil && !errors.Is(err, fs.ErrClosed) {
		env.Stop("pebble: " + err.Error())
	}
	return err
}
