package campaign

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
)

// ErrLocked means that another supervisor is at work in a directory.
var ErrLocked = errors.New("campaign: another soak is running")

const lockFile = "lock"

// Whoever asks whether a directory is locked has the lock for a moment.
const (
	lockTries = 5
	lockPause = 20 * time.Millisecond
)

// Lock keeps other supervisors out of a directory of this machine's disk, until it is closed or the process ends. The error is
// ErrLocked if one is at work.
func Lock(dir string) (io.Closer, error) {
	name := filepath.Join(dir, lockFile)
	f, err := hostdisk.OpenJournal(name)
	for tries := 1; errors.Is(err, hostdisk.ErrInUse) && tries < lockTries; tries++ {
		<-time.NewTimer(lockPause).C // perhaps it is only somebody in Locked
		f, err = hostdisk.OpenJournal(name)
	}
	if errors.Is(err, hostdisk.ErrInUse) {
		return nil, fmt.Errorf("%w in %s, %s; wait for its end or stop it, or give another directory", ErrLocked, dir, holder(name))
	} else if err != nil {
		return nil, err
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = fmt.Fprintln(f, os.Getpid())
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Locked reports whether a supervisor is at work in a directory.
func Locked(dir string) bool {
	name := filepath.Join(dir, lockFile)
	if _, err := os.Stat(name); err != nil {
		return false // nobody ever was
	}
	f, err := hostdisk.OpenJournal(name)
	if err != nil {
		return errors.Is(err, hostdisk.ErrInUse)
	}
	_ = f.Close() // nothing was written
	return false
}

// holder says which process has a lock.
func holder(name string) string {
	text, err := os.ReadFile(name)
	if err != nil || len(text) == 0 {
		return "by a process that has not said which it is"
	}
	return "by process " + strings.TrimSpace(string(text))
}
