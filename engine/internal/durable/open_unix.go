//go:build unix

package durable

import (
	"errors"
	"os"
	"syscall"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
)

// openRegular opens a file that was regular a moment ago. On the operating system's filesystem, if something else has
// replaced it since, no link is followed and the call does not block.
func openRegular(fsys afero.Fs, path string) (afero.File, error) {
	switch cancel.Base(fsys).(type) {
	case afero.OsFs, *afero.OsFs:
	default:
		return fsys.Open(path)
	}
	f, err := fsys.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = corrupt.At(path, 0, "%s in place of a regular file: move it away", describe(info.Mode()))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
