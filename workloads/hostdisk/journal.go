package hostdisk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/afero"
)

// ErrInUse means that a journal is already open.
var ErrInUse = errors.New("hostdisk: in use by another process")

// OpenJournal opens or creates a file to which one process at a time appends. The name is durable when OpenJournal
// returns; syncing what is written is up to the caller. Until the file is closed, further calls for it fail with
// ErrInUse, in the same process as well. Without locks on the system, nobody is kept out.
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
