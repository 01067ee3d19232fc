package vfs

import (
	"os"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/lightningdb/lightning-torture/faultfs/osfs"
)

// file is an open file or directory.
type file struct{ *osfs.File }

func opened(f *osfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return file{f}, nil
}

func (f file) Stat() (vfs.FileInfo, error) { return described(f.File.Stat()) }

// SyncTo does nothing, because it promises no durability.
func (file) SyncTo(int64) (fullSync bool, err error) { return false, nil }

// Preallocate does nothing: Pebble needs no change of the file's size.
func (file) Preallocate(_, _ int64) error { return nil }

func (file) Prefetch(_, _ int64) error { return nil }
func (file) Fd() uintptr               { return vfs.InvalidFd }

// info adds the device number; there is only one device.
type info struct{ os.FileInfo }

func (info) DeviceID() vfs.DeviceID { return vfs.DeviceID{} }

func described(i os.FileInfo, err error) (vfs.FileInfo, error) {
	if err != nil {
		return nil, err
	}
	return info{i}, nil
}
