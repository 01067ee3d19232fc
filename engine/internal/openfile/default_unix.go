//go:build unix

package openfile

import "syscall"

// DefaultMax returns the default number of files that a store keeps open: 1,000, or half of the process's limit if that
// is less.
func DefaultMax() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return defaultMax
	}
	return int(max(min(uint64(l.Cur)/2, defaultMax), 1)) //nolint:unconvert // the field is signed on some systems
}
