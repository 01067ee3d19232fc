package vfs

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path"
	"sync/atomic"

	"github.com/hashicorp/raft-wal/types"
	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs/osfs"
)

// vfs presents an afero.Fs to raft-wal.
type vfs struct{ disk *osfs.FS }

// New presents the filesystem on as one of raft-wal's.
func New(on afero.Fs) types.VFS { return vfs{osfs.New(on)} }

// ListDir returns an empty name for each directory, as package fs does.
func (v vfs) ListDir(dir string) ([]string, error) {
	entries, err := v.disk.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		if !e.IsDir() {
			names[i] = e.Name()
		}
	}
	return names, nil
}

func (v vfs) Create(dir, name string, size uint64) (types.WritableFile, error) {
	f, err := v.disk.OpenFile(path.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	switch {
	case size > math.MaxInt32:
		err = fmt.Errorf("vfs: file size %d is above the maximum of %d bytes", size, math.MaxInt32)
	case size > 0:
		err = f.Preallocate(0, int64(size))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &created{File: f, disk: v.disk, dir: dir}, nil
}

func (v vfs) Delete(dir, name string) error {
	if err := v.disk.Remove(path.Join(dir, name)); err != nil {
		return err
	}
	return v.disk.SyncDir(dir)
}

func (v vfs) OpenReader(dir, name string) (types.ReadableFile, error) {
	f, err := v.disk.Open(path.Join(dir, name))
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (v vfs) OpenWriter(dir, name string) (types.WritableFile, error) {
	f, err := v.disk.OpenFile(path.Join(dir, name), os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// created is a newly created file.
type created struct {
	*osfs.File
	disk  *osfs.FS
	dir   string
	named atomic.Bool // a Sync of the file has already synced the directory
}

// Sync also makes the name durable, but only the first time.
func (f *created) Sync() error {
	if err := f.File.Sync(); err != nil || f.named.Swap(true) {
		return err
	}
	return f.disk.SyncDir(f.dir)
}
