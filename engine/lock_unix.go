//go:build unix

package engine

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// lockFile takes an advisory lock that the kernel releases when the process ends, however it ends. The file stays.
func lockFile(name string) (io.Closer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
