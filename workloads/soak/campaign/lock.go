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

// ErrLocked means that another supervisor is running in the directory.
var ErrLocked = errors.New("campaign: another soak is running")

const lockFile = "lock"

// Locked holds the lock for a moment, so Lock tries several times.
const (
	lockTries = 5
	lockPause = 20 * time.Millisecond
)

// Lock locks a directory on this machine's disk against other supervisors, until the result is closed or the process ends. The
// error is ErrLocked if another one is running.
func Lock(dir string) (io.Closer, error) {
	name := filepath.Join(dir, lockFile)
	f, err := hostdisk.OpenJournal(name)
	for tries := 1; errors.Is(err, hostdisk.ErrInUse) && tries < lockTries; tries++ {
		<-time.NewTimer(lockPause).C // it may only be a call of Locked
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

// Locked reports whether a supervisor is running in a directory.
func Locked(dir string) bool {
	name := filepath.Join(dir, lockFile)
	if _, err := os.Stat(name); err != nil {
		return false // no supervisor ever ran
	}
	f, err := hostdisk.OpenJournal(name)
	if err != nil {
		return errors.Is(err, hostdisk.ErrInUse)
	}
	_ = f.Close() // nothing was written
	return false
}

// holder says which process holds a lock.
func holder(name string) string {
	text, err := os.ReadFile(name)
	if err != nil || len(text) == 0 {
		return "by a process that has not recorded its ID"
	}
	return "by process " + strings.TrimSpace(string(text))
}
