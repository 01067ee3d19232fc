//go:build unix

package lock

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// lockFile takes an advisory lock that the kernel releases when the process ends, however it ends. The file stays; in it
// is the number of the process that took the lock last.
func lockFile(name string) (io.Closer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = heldBy(f)
		}
		return nil, errors.Join(err, f.Close())
	}
	// The number is only shown to others who want the lock. If a full disk has no room for it, the lock holds all the same.
	if f.Truncate(0) == nil {
		_, _ = fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	return f, nil
}

// heldBy says who has the lock. The number may be missing for a moment, while its holder writes it.
func heldBy(f *os.File) error {
	text, err := io.ReadAll(io.LimitReader(f, 20))
	if pid, bad := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && bad == nil {
		return fmt.Errorf("by process %d", pid)
	}
	return errors.New("by another process")
}
