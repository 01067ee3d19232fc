package hostdisk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/afero"
)

// ErrInUse means that another process has a journal open.
var ErrInUse = errors.New("hostdisk: in use by another process")

// OpenJournal opens a file that one process at a time appends to, and makes it if it is not there; its name is durable when
// OpenJournal returns. Until the file is closed, OpenJournal fails with ErrInUse elsewhere, in the same process as well. What is
// written to the file is the caller's to sync. Where there are no locks, nobody is kept out.
func OpenJournal(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if haveLocks && !tryLock(f) {
		return nil, errors.Join(fmt.Errorf("%w: %s; wait for it, or name another file", ErrInUse, name), f.Close())
	}
	if err := syncDir(afero.NewOsFs(), filepath.Dir(name)); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
