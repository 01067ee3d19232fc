//go:build !linux

package measure

import (
	"errors"
	"time"
)

// RSS returns the resident memory of a process in bytes.
func RSS(int) (int64, error) { return 0, errors.ErrUnsupported }

// TreeRSS returns the resident memory of a process and of all its descendants in bytes.
func TreeRSS(int) (int64, error) { return 0, errors.ErrUnsupported }

// Descriptors returns the number of open file descriptors of a process.
func Descriptors(int) (int, error) { return 0, errors.ErrUnsupported }

// CPU returns the CPU time used by a process.
func CPU(int) (time.Duration, error) { return 0, errors.ErrUnsupported }

// Used returns the CPU time used by this process and by its children that have ended.
func Used() (time.Duration, error) { return 0, errors.ErrUnsupported }

// Free returns the bytes available to an unprivileged user on the filesystem of a directory.
func Free(string) (int64, error) { return 0, errors.ErrUnsupported }
