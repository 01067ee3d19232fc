//go:build !linux

package measure

import (
	"errors"
	"time"
)

// RSS returns the resident memory of a process in bytes.
func RSS(int) (int64, error) { return 0, errors.ErrUnsupported }

// Descriptors returns how many files a process has open, sockets and the like included.
func Descriptors(int) (int, error) { return 0, errors.ErrUnsupported }

// CPU returns the processor time that a process has used.
func CPU(int) (time.Duration, error) { return 0, errors.ErrUnsupported }

// Free returns the bytes that an ordinary user may still write to the filesystem of a directory.
func Free(string) (int64, error) { return 0, errors.ErrUnsupported }
