package faultfs

import (
	"errors"
	"io/fs"
	"syscall"
)

// Errors of the package. What filesystem calls return is what an operating system returns: *fs.PathError or
// *os.LinkError around a syscall.Errno.
var (
	ErrRule = errors.New("faultfs: bad fault rule")
	ErrTick = errors.New("faultfs: no such tick in the trace")
	// ErrDiverged is returned by Explore if two visits that saw the same looked at different things.
	ErrDiverged = errors.New("faultfs: the search diverged: visits of equal images do not look at the same things")
	// ErrProfile is returned for a name that is not a profile.
	ErrProfile = errors.New("faultfs: unknown profile")
	ErrDevice  = errors.New("faultfs: bad device")
)

func pathError(op, path string, errno syscall.Errno) error {
	return &fs.PathError{Op: op, Path: path, Err: errno}
}
