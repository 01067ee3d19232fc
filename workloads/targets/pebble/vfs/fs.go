package vfs

import (
	"errors"
	"io"
	iofs "io/fs"
	"math"
	"os"
	"path"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs/osfs"
)

// fs presents an afero.Fs to Pebble. Methods named as in package os are osfs.FS's own; paths have slashes.
type fs struct{ *osfs.FS }

// New presents the filesystem on as one of Pebble's.
func New(on afero.Fs) vfs.FS { return fs{osfs.New(on)} }

func (d fs) Create(name string, _ vfs.DiskWriteCategory) (vfs.File, error) {
	for {
		f, err := d.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, iofs.ErrExist) {
			return opened(f, err)
		}
		if err := d.Remove(name); err != nil && !errors.Is(err, iofs.ErrNotExist) {
			return nil, err
		}
	}
}

func (d fs) Open(name string, options ...vfs.OpenOption) (vfs.File, error) {
	f, err := opened(d.OpenFile(name, os.O_RDONLY, 0))
	return apply(options, f, err)
}

func (d fs) OpenReadWrite(name string, _ vfs.DiskWriteCategory, options ...vfs.OpenOption) (vfs.File, error) {
	f, err := opened(d.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666))
	return apply(options, f, err)
}

func apply(options []vfs.OpenOption, f vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	for _, option := range options {
		option.Apply(f)
	}
	return f, nil
}

func (d fs) OpenDir(name string) (vfs.File, error) { return opened(d.FS.Open(name)) }

func (d fs) ReuseForWrite(oldname, newname string, _ vfs.DiskWriteCategory) (vfs.File, error) {
	if err := d.Rename(oldname, newname); err != nil {
		return nil, err
	}
	return opened(d.OpenFile(newname, os.O_RDWR|os.O_CREATE, 0o666))
}

func (d fs) Lock(name string) (io.Closer, error) {
	held, err := d.FS.Lock(name)
	if err != nil {
		return nil, err
	}
	f, err := d.FS.Create(name)
	if err != nil {
		return nil, errors.Join(err, held.Close())
	}
	return lock{f, held}, nil
}

// lock is held while the file is open.
type lock struct{ file, held io.Closer }

func (l lock) Close() error { return errors.Join(l.file.Close(), l.held.Close()) }

func (d fs) List(dir string) ([]string, error) {
	f, err := d.FS.Open(dir)
	if err != nil {
		return nil, err
	}
	names, err := f.Readdirnames(-1)
	return names, errors.Join(err, f.Close())
}

func (d fs) Stat(name string) (vfs.FileInfo, error) { return described(d.FS.Stat(name)) }

func (fs) PathBase(p string) string       { return path.Base(p) }
func (fs) PathJoin(elem ...string) string { return path.Join(elem...) }
func (fs) PathDir(p string) string        { return path.Dir(p) }

func (d fs) GetDiskUsage(string) (vfs.DiskUsage, error) {
	space, err := d.Space()
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return vfs.DiskUsage{}, vfs.ErrUnsupported
	case err != nil:
		return vfs.DiskUsage{}, err
	case space.CapacityBytes == 0:
		space.CapacityBytes = math.MaxInt64
	}
	return vfs.DiskUsage{
		AvailBytes: uint64(max(0, space.CapacityBytes-space.UsedBytes)), TotalBytes: uint64(space.CapacityBytes),
		UsedBytes: uint64(space.UsedBytes),
	}, nil
}

func (fs) Unwrap() vfs.FS { return nil }
