//go:build unix

package openfile

import "syscall"

// DefaultMax returns how many files a store keeps open unless it is told otherwise: a thousand, or half of what the process
// may have open, if that is less.
func DefaultMax() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return defaultMax
	}
	return int(max(min(uint64(l.Cur)/2, defaultMax), 1)) //nolint:unconvert // it is signed on some systems
}
