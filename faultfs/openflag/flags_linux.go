package openflag

import "syscall"

// Flags that package os lacks. NB: tmpFile is one bit; O_TMPFILE also includes that of O_DIRECTORY.
const (
	directory = syscall.O_DIRECTORY
	noFollow  = syscall.O_NOFOLLOW
	pathOnly  = 0x200000
	tmpFile   = 0x400000
)
