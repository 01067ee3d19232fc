package openflag

import "syscall"

// Of the flags that package os does not have. NB: tmpFile is one bit; O_TMPFILE also has that of O_DIRECTORY.
const (
	directory = syscall.O_DIRECTORY
	noFollow  = syscall.O_NOFOLLOW
	pathOnly  = 0x200000
	tmpFile   = 0x400000
)
