package faultfs

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/rule"
)

// Errors of the package. Filesystem calls return what an operating system returns: *fs.PathError or *os.LinkError
// around a syscall.Errno.
var (
	// ErrRule is returned for text that is not a valid rule.
	ErrRule = rule.ErrRule
	// ErrTick is returned for a crash at a tick that has not been reached yet.
	ErrTick = errors.New("faultfs: no such tick in the trace")
	// ErrDiverged is returned by Explore if two visits that saw the same then looked at different things.
	ErrDiverged = errors.New("faultfs: the search diverged: visits of equal images do not look at the same things")
	// ErrProfile is returned for an unknown profile name.
	ErrProfile = model.ErrProfile
	// ErrDevice is returned for text that is not a valid device.
	ErrDevice = model.ErrDevice
)

func pathError(op, path string, errno syscall.Errno) error {
	return &fs.PathError{Op: op, Path: path, Err: errno}
}
