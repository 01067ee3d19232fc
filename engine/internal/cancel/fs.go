package cancel

import (
	"context"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/afero"
)

// FS returns a filesystem that behaves like fsys until ctx is done. Then every call of it, and of a file opened through
// it, fails, except Close, Remove and RemoveAll.
func FS(ctx context.Context, fsys afero.Fs) afero.Fs {
	if ctx.Done() == nil {
		return fsys
	}
	return &until{Fs: fsys, ctx: ctx}
}

// Base returns the filesystem underneath those returned by FS.
func Base(fsys afero.Fs) afero.Fs {
	for {
		u, ok := fsys.(*until)
		if !ok {
			return fsys
		}
		fsys = u.Fs
	}
}

// Ends reports whether the filesystem was returned by FS, so that its calls end with a context.
func Ends(fsys afero.Fs) bool {
	_, ok := fsys.(*until)
	return ok
}

// Done returns the error with which calls of a filesystem returned by FS now fail, or nil. It is nil for any other one.
func Done(fsys afero.Fs) error {
	for {
		u, ok := fsys.(*until)
		if !ok {
			return nil
		}
		if err := Err(u.ctx); err != nil {
			return err
		}
		fsys = u.Fs
	}
}

// until is a filesystem that works until a context is done. Remove and RemoveAll always do.
type until struct {
	afero.Fs
	ctx context.Context
}

// call runs do unless the context is done.
func call[T any](ctx context.Context, do func() (T, error)) (result T, err error) {
	if err := Err(ctx); err != nil {
		return result, err
	}
	return do()
}

func (u *until) do(do func() error) error {
	if err := Err(u.ctx); err != nil {
		return err
	}
	return do()
}

func (u *until) open(open func() (afero.File, error)) (afero.File, error) {
	f, err := call(u.ctx, open)
	if err != nil {
		return nil, err
	}
	return &untilFile{File: f, ctx: u.ctx}, nil
}

func (u *until) Open(name string) (afero.File, error) {
	return u.open(func() (afero.File, error) { return u.Fs.Open(name) })
}

func (u *until) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	return u.open(func() (afero.File, error) { return u.Fs.OpenFile(name, flag, perm) })
}

func (u *until) Create(name string) (afero.File, error) {
	return u.open(func() (afero.File, error) { return u.Fs.Create(name) })
}

func (u *until) Stat(name string) (fs.FileInfo, error) {
	return call(u.ctx, func() (fs.FileInfo, error) { return u.Fs.Stat(name) })
}

// LstatIfPossible implements afero.Lstater. If the filesystem does not, it describes the target of a link.
func (u *until) LstatIfPossible(name string) (info fs.FileInfo, possible bool, err error) {
	l, ok := u.Fs.(afero.Lstater)
	if !ok {
		info, err = u.Stat(name)
		return info, false, err
	}
	if err := Err(u.ctx); err != nil {
		return nil, false, err
	}
	return l.LstatIfPossible(name)
}

func (u *until) Mkdir(name string, perm os.FileMode) error {
	return u.do(func() error { return u.Fs.Mkdir(name, perm) })
}

func (u *until) MkdirAll(path string, perm os.FileMode) error {
	return u.do(func() error { return u.Fs.MkdirAll(path, perm) })
}

func (u *until) Rename(from, to string) error {
	return u.do(func() error { return u.Fs.Rename(from, to) })
}

func (u *until) Chmod(name string, mode os.FileMode) error {
	return u.do(func() error { return u.Fs.Chmod(name, mode) })
}

func (u *until) Chown(name string, uid, gid int) error {
	return u.do(func() error { return u.Fs.Chown(name, uid, gid) })
}

func (u *until) Chtimes(name string, atime, mtime time.Time) error {
	return u.do(func() error { return u.Fs.Chtimes(name, atime, mtime) })
}
