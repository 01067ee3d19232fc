package wasidisk

import (
	"errors"
	"io"
	"io/fs"
	"syscall"

	"github.com/tetratelabs/wazero/experimental/sys"
)

// unlisted maps the errors that wazero's Errno lacks to their numbers in wasip1, which the program gets. See the type
// errno in the specification of wasi_snapshot_preview1.
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

// call is the call that the program is making.
type call struct {
	errno    uint32 // in wasip1, if wazero lacks the error; else 0
	typeOnly bool   // the call asks for a file's type but not for its size; Go makes one whenever it opens a file
}

// fails translates an error to wazero's.
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

// moved returns the result of a read or write: the error only if no bytes were moved, and none at the end of the file.
func (c *call) moved(n int, err error) (int, sys.Errno) {
	if n > 0 || errors.Is(err, io.EOF) {
		return n, 0
	}
	return 0, c.fails(err)
}
