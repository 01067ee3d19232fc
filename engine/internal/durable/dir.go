package durable

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
)

// Dir is the directory of a store. Names are relative to it.
type Dir struct {
	fs     afero.Fs
	path   string
	cause  atomic.Pointer[error] // why the first failed mutation failed
	syncs  atomic.Int64
	bytes  atomic.Int64 // bytes written to files
	took   latency      // latency of syncs
	now    func() time.Time
	onFail func(error)
	names  sync.Mutex // held during a sync of the directory
}

// NewDir returns the directory at path, which need not exist yet. If onFail is not nil, it is called once, with the
// first cause, on the goroutine whose mutation failed.
func NewDir(fsys afero.Fs, path string, onFail func(error)) *Dir {
	return &Dir{fs: fsys, path: path, onFail: onFail}
}

// WithContext returns the directory for an operation that ends when ctx is done; see [cancel.FS]. It fails separately:
// a failed mutation ends only those of that operation.
func (d *Dir) WithContext(ctx context.Context) *Dir {
	if ctx.Done() == nil {
		return d
	}
	return d.through(cancel.FS(ctx, d.fs))
}

// WithoutCancel returns the directory for work that must be finished even if a context is done: cleaning up, or the
// last step of an operation.
func (d *Dir) WithoutCancel() *Dir {
	if !cancel.Ends(d.fs) {
		return d
	}
	return d.through(cancel.Base(d.fs))
}

func (d *Dir) through(fsys afero.Fs) *Dir {
	other := NewDir(fsys, d.path, nil)
	other.cause.Store(d.cause.Load())
	return other
}

// Path returns the path of the directory.
func (d *Dir) Path() string { return d.path }

// Syncs returns the number of syncs of files and directories, including failed ones.
func (d *Dir) Syncs() int64 { return d.syncs.Load() }

// Bytes returns the number of bytes written to files.
func (d *Dir) Bytes() int64 { return d.bytes.Load() }

// Cause returns why the first failed mutation failed, or nil if none has.
func (d *Dir) Cause() error {
	if p := d.cause.Load(); p != nil {
		return *p
	}
	return nil
}

// Poisoned returns nil, or ErrPoisoned wrapping the cause.
func (d *Dir) Poisoned() error {
	if cause := d.Cause(); cause != nil {
		return fmt.Errorf("%w: %w", ErrPoisoned, cause)
	}
	return nil
}

// Fail ends all mutations for a reason found elsewhere. It returns its argument. An earlier cause is kept.
func (d *Dir) Fail(cause error) error {
	if d.cause.CompareAndSwap(nil, &cause) && d.onFail != nil {
		d.onFail(cause)
	}
	return cause
}

// Refuse ends all mutations without calling onFail, for a directory that is not supposed to change.
func (d *Dir) Refuse(cause error) { d.cause.CompareAndSwap(nil, &cause) }

// try runs a mutation, unless an earlier one has failed.
func (d *Dir) try(mutate func() error) error {
	if err := d.Poisoned(); err != nil {
		return err
	}
	err := mutate()
	if err != nil && !cancel.Is(err) {
		return d.Fail(err)
	}
	return err
}

// tryDraft is try for files on which nothing relies yet: if there is no room, that error does not end all mutations.
func (d *Dir) tryDraft(mutate func() error) error {
	if err := d.Poisoned(); err != nil {
		return err
	}
	err := mutate()
	if err != nil && !IsNoRoom(err) && !cancel.Is(err) {
		return d.Fail(err)
	}
	return err
}

// Make creates the directory and its missing parents and makes their names durable. The name in the nearest existing
// parent is synced even if the directory was there: its creator may have been killed before the sync. If the sync
// fails, the new directories are removed again, so that a later attempt creates new names instead of relying on a
// second sync.
func (d *Dir) Make() error {
	var missing []string // deepest first
	for p := d.path; p != filepath.Dir(p); p = filepath.Dir(p) {
		if _, err := d.fs.Stat(p); err == nil {
			break
		}
		missing = append(missing, p)
	}
	if err := d.try(func() error { return d.fs.MkdirAll(d.path, 0o755) }); err != nil {
		return err
	}
	if len(missing) == 0 {
		return d.try(d.syncNameOfExisting)
	}
	for _, p := range missing {
		if err := d.try(func() error { return d.syncPath(filepath.Dir(p)) }); err != nil {
			for _, made := range missing {
				err = errors.Join(err, d.fs.Remove(made))
			}
			return err
		}
	}
	return nil
}

// syncNameOfExisting tolerates a parent that may not be opened: then someone else made the directory.
func (d *Dir) syncNameOfExisting() error {
	err := d.syncPath(filepath.Dir(d.path))
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

// Sync makes the names in the directory durable.
func (d *Dir) Sync() error {
	d.names.Lock()
	defer d.names.Unlock()
	return d.try(func() error { return d.syncPath(d.path) })
}

func (d *Dir) syncPath(path string) error {
	f, err := d.fs.Open(path)
	if err != nil {
		return err
	}
	if err = d.timed(f.Sync); err != nil {
		err = fmt.Errorf("sync directory %s: %w", path, err)
	}
	return errors.Join(err, f.Close())
}

// Remove removes files, with one directory sync at the end. A file that is already gone is not an error.
func (d *Dir) Remove(names ...string) error {
	for _, name := range names {
		if err := d.checkName(name); err != nil {
			return err
		}
		err := d.try(func() error {
			if err := d.fs.Remove(d.join(name)); !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if len(names) == 0 {
		return nil
	}
	return d.Sync()
}

// RemoveAll durably removes the directory with everything in it, if it exists.
func (d *Dir) RemoveAll() error {
	return d.try(func() error {
		if _, err := d.fs.Stat(d.path); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err := d.fs.RemoveAll(d.path); err != nil {
			return err
		}
		return d.syncPath(filepath.Dir(d.path))
	})
}

// WriteFile creates a file with the given content and makes the content durable, but not yet the name.
func (d *Dir) WriteFile(name string, content []byte) error {
	f, err := d.Create(name)
	if err != nil {
		return err
	}
	if _, err = f.Write(content); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// Create creates a file for appending. It fails if the name exists or leads out of the directory.
func (d *Dir) Create(name string) (*File, error) {
	return d.create(name, d.try)
}

// Draft creates a file on which nothing relies until Keep is called. Until then, lack of room for it or its content
// does not count as a failed mutation: the caller removes the file and may try again with another. A failed sync still
// ends all mutations.
func (d *Dir) Draft(name string) (*File, error) {
	f, err := d.create(name, d.tryDraft)
	if err == nil {
		f.draft = true
	}
	return f, err
}

func (d *Dir) create(name string, try func(func() error) error) (*File, error) {
	if err := d.checkName(name); err != nil {
		return nil, err
	}
	var f afero.File
	err := try(func() (err error) {
		f, err = d.fs.OpenFile(d.join(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &File{dir: d, f: f}, nil
}

// Rename renames a file; the new name must be free. If the content is durable, whoever finds the new name finds the
// whole file. The names become durable with [Dir.Sync].
func (d *Dir) Rename(from, to string) error {
	if _, err := lstat(d.fs, d.join(to)); err == nil {
		return fmt.Errorf("rename %s to %s: %w", from, to, fs.ErrExist)
	}
	return d.try(func() error { return d.fs.Rename(d.join(from), d.join(to)) })
}

func (d *Dir) join(name string) string { return filepath.Join(d.path, name) }
