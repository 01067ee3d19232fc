package faultfs

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/rule"
)

// Errors of the package. What filesystem calls return is what an operating system returns: *fs.PathError or
// *os.LinkError around a syscall.Errno.
var (
	// ErrRule is returned for a text that is not a rule.
	ErrRule = rule.ErrRule
	// ErrTick is returned for a crash at a tick that has not come yet.
	ErrTick = errors.New("faultfs: no such tick in the trace")
	// ErrDiverged is returned by Explore if two visits that saw the same looked at different things.
	ErrDiverged = errors.New("faultfs: the search diverged: visits of equal images do not look at the same things")
	// ErrProfile is returned for a name that is not a profile.
	ErrProfile = model.ErrProfile
	// ErrDevice is returned for a text that is not a device.
	ErrDevice = model.ErrDevice
)

func pathError(op, path string, errno syscall.Errno) error {
	return &fs.PathError{Op: op, Path: path, Err: errno}
}
