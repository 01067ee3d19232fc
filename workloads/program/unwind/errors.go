package unwind

import "errors"

// ErrUnsupported is returned by New where threads of other processes cannot be inspected.
var ErrUnsupported = errors.New("unwind: stacks of programs need Linux on amd64, and /proc")
