package hostdisk

import (
	"errors"
	"io/fs"
	"os"
	"sync"
)

// scratchPrefix begins the names of temporary directories.
const scratchPrefix = "lightning-torture."

// Scratch is a temporary directory that this process owns.
type Scratch struct {
	Dir  string   // its path; it is empty at first
	lock *os.File // open: it has the lock
}

// swept are the parents in which this process has looked for abandoned directories.
var swept sync.Map

// NewScratch makes a temporary directory in parent, which must exist; empty: in that of the system. The purpose is a part of
// its name. First it removes what killed processes have left there.
func NewScratch(parent, purpose string) (*Scratch, error) {
	if parent == "" {
		parent = os.TempDir()
	}
	if _, done := swept.LoadOrStore(parent, true); !done {
		abandoned(parent, scratchPrefix, fs.FileInfo.IsDir, os.RemoveAll)
	}
	for {
		dir, err := os.MkdirTemp(parent, scratchPrefix+purpose+"-")
		if err != nil {
			return nil, err
		}
		d, err := os.Open(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue // somebody took it for abandoned before it was locked
		}
		if err != nil {
			return nil, errors.Join(err, os.Remove(dir))
		}
		if own(d) {
			return &Scratch{dir, d}, nil
		}
		_ = d.Close() // it is gone
	}
}

// Remove removes the directory with all that is in it.
func (s *Scratch) Remove() error { return errors.Join(os.RemoveAll(s.Dir), s.lock.Close()) }
