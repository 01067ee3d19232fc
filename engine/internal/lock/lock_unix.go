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

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
)

// lockFile takes an advisory lock that the kernel releases when the process ends, however it ends. The file stays. It
// contains the id of the process that last took the lock.
func lockFile(name string) (io.Closer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o644)
	if err != nil {
		if info, bad := os.Lstat(name); bad == nil && irregular(info) != nil {
			err = irregular(info)
		}
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		err = irregular(info)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = heldBy(f)
		}
		return nil, errors.Join(err, f.Close())
	}
	// The id is only information for others who want the lock. If a full disk has no room for it, the lock is held all
	// the same. A file with a second name is not written, because it may belong to someone else.
	if !hasOtherNames(info) && f.Truncate(0) == nil {
		_, _ = fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	return f, nil
}

// irregular returns an error if the file is not regular.
func irregular(info os.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	return corrupt.At(filename.Lock, 0, "not a regular file (%v): remove it", info.Mode().Type())
}

// hasOtherNames reports whether a file may have other names.
func hasOtherNames(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return !ok || stat.Nlink > 1
}

// heldBy says who holds the lock. The id may be missing for a moment while the holder writes it.
func heldBy(f *os.File) error {
	text, err := io.ReadAll(io.LimitReader(f, 20))
	if pid, bad := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && bad == nil {
		return fmt.Errorf("by process %d", pid)
	}
	return errors.New("by another process")
}
