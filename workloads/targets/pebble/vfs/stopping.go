package vfs

import (
	"errors"
	iofs "io/fs"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/spf13/afero"
)

// Stopping returns on as Pebble's filesystem, which calls stop where Pebble would panic on a goroutine of its own, and so end the
// process: "If an error occurs while syncing the directory, Move panics", says atomicfs.Marker. Stop is torture.Env.Stop, for
// a target that promises StopsOnError.
func Stopping(on afero.Fs, stop func(reason string)) vfs.FS { return &stopping{New(on), stop} }

type stopping struct {
	vfs.FS
	stop func(reason string)
}

// OpenDir opens a directory to sync it.
func (s *stopping) OpenDir(name string) (vfs.File, error) {
	d, err := s.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return &stoppingDir{d, s.stop}, nil
}

type stoppingDir struct {
	vfs.File
	stop func(reason string)
}

// Sync stops the engine if the disk reports an error.
func (d *stoppingDir) Sync() error {
	err := d.File.Sync()
	if err != nil && !errors.Is(err, iofs.ErrClosed) {
		d.stop("pebble: " + err.Error())
	}
	return err
}
