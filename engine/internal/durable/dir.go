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

// Dir is the directory of one store. Names are relative to it.
type Dir struct {
	fs     afero.Fs
	path   string
	cause  atomic.Pointer[error] // the cause of the first mutation that failed
	syncs  atomic.Int64
	bytes  atomic.Int64 // how many bytes were written to files
	took   latency      // the latency of syncs
	now    func() time.Time
	onFail func(error)
	names  sync.Mutex // held during a sync of the directory
}

// NewDir returns the directory at path, which need not exist yet. If onFail is not nil, it is called once, with the
// first cause, on the goroutine whose mutation failed.
func NewDir(fsys afero.Fs, path string, onFail func(error)) *Dir {
	return &Dir{fs: fsys, path: path, onFail: onFail}
}

// WithContext returns the directory for an operation that ends when ctx is done: see [cancel.FS]. It writes on its own
// account: a failed mutation ends those of the operation only.
func (d *Dir) WithContext(ctx context.Context) *Dir {
	if ctx.Done() == nil {
		return d
	}
	return d.through(cancel.FS(ctx, d.fs))
}

// WithoutCancel returns the directory for what must be done to its end, whatever context is done: to clean up, or to take
// the last step.
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

// Syncs returns how many files and directories have been synced, or tried to be.
func (d *Dir) Syncs() int64 { return d.syncs.Load() }

// Bytes returns how many bytes have been written to files.
func (d *Dir) Bytes() int64 { return d.bytes.Load() }

// Cause returns why the first mutation failed, or nil if none has.
func (d *Dir) Cause() error {
	if p := d.cause.Load(); p != nil {
		return *p
	}
	return nil
}

// Poisoned returns nil, or ErrPoisoned around the cause.
func (d *Dir) Poisoned() error {
	if cause := d.Cause(); cause != nil {
		return fmt.Errorf("%w: %w", ErrPoisoned, cause)
	}
	return nil
}

// Fail ends all mutations for a reason that was found elsewhere. It returns its argument; the first cause stays.
func (d *Dir) Fail(cause error) error {
	if d.cause.CompareAndSwap(nil, &cause) && d.onFail != nil {
		d.onFail(cause)
	}
	return cause
}

// Refuse ends all mutations from now on, without calling onFail: the directory was asked not to change.
func (d *Dir) Refuse(cause error) { d.cause.CompareAndSwap(nil, &cause) }

// try runs one mutation, unless an earlier one has failed.
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

// tryDraft is try for what nobody relies on yet: that there is no room for it ends nothing.
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

// Make creates the directory and its missing parents, and makes their names durable. The name in the nearest parent
// is synced even if the directory was there: whoever made it may have been killed before the sync. If the sync fails,
// what was made is removed again, so that a later attempt makes a new name instead of relying on a second sync.
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

// syncNameOfExisting passes over a parent that may not be opened: then somebody else made the directory.
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

// Remove removes the files and makes that durable by one sync at the end. A file that is gone already is fine.
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

// RemoveAll removes the directory with everything in it, if it is there, and makes that durable.
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

// WriteFile creates a file with that content and makes the content durable, not yet the name.
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

// Create creates a file for appending. It is an error if the name exists, or leads out of the directory.
func (d *Dir) Create(name string) (*File, error) {
	return d.create(name, d.try)
}

// Draft creates a file that nobody relies on until it is whole, or until Keep is called. Up to then, that there is no room
// for it or for what is written to it is no failed mutation: the caller removes the file, and may try again with another.
// A failed sync ends all mutations even so.
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

// Rename gives a file another name, which must be free. If its content is durable, whoever finds the new name finds the
// whole file. The names are durable after [Dir.Sync].
func (d *Dir) Rename(from, to string) error {
	if _, err := lstat(d.fs, d.join(to)); err == nil {
		return fmt.Errorf("rename %s to %s: %w", from, to, fs.ErrExist)
	}
	return d.try(func() error { return d.fs.Rename(d.join(from), d.join(to)) })
}

func (d *Dir) join(name string) string { return filepath.Join(d.path, name) }
