package wasidisk

import (
	"errors"
	"io"
	"io/fs"
	"syscall"

	"github.com/tetratelabs/wazero/experimental/sys"
)

// unlisted are the errors that wazero's errno does not have, with their numbers in wasip1, which is what the program gets
// to see. See the type errno in the specification of wasi_snapshot_preview1.
var unlisted = map[syscall.Errno]uint32{
	syscall.EBUSY:     10,
	syscall.EDQUOT:    19,
	syscall.EFBIG:     22,
	syscall.EMFILE:    33,
	syscall.EMLINK:    34,
	syscall.ENFILE:    41,
	syscall.ENODEV:    43,
	syscall.ENOLCK:    46,
	syscall.ENOMEM:    48,
	syscall.ENOSPC:    51,
	syscall.ENXIO:     60,
	syscall.EOVERFLOW: 61,
	syscall.ESPIPE:    70,
	syscall.ESTALE:    72,
	syscall.ETXTBSY:   74,
	syscall.EXDEV:     75,
}

// call is one call of a program.
type call struct {
	errno    uint32 // in wasip1, if wazero does not have it
	typeOnly bool   // of what it asks about a file, it passes on no size: Go makes such a call whenever it opens a file
}

// fails turns an error into that of wazero.
func (c *call) fails(err error) sys.Errno {
	var errno syscall.Errno
	switch {
	case err == nil:
		return 0
	case errors.Is(err, fs.ErrClosed):
		return sys.EBADF
	case !errors.As(err, &errno):
		return sys.EIO
	}
	if number, ok := unlisted[errno]; ok {
		c.errno = number
		return sys.EIO
	}
	return sys.UnwrapOSError(errno)
}

// moved returns what a call that reads or writes returns: the error only if it moved nothing, and none at the end of a file.
func (c *call) moved(n int, err error) (int, sys.Errno) {
	if n > 0 || errors.Is(err, io.EOF) {
		return n, 0
	}
	return 0, c.fails(err)
}
