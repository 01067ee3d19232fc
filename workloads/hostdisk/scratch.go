package hostdisk

import (
	"errors"
	"io/fs"
	"os"
	"sync"
)

// scratchPrefix is the prefix of temporary directories.
const scratchPrefix = "lightning-torture."

// Scratch is a temporary directory that this process owns.
type Scratch struct {
	Dir  string   // its path; it is empty at first
	lock *os.File // open, to hold the lock
}

// swept holds the parents that this process has already searched for abandoned directories.
var swept sync.Map

// NewScratch creates a temporary directory in parent, which must exist; "" stands for the system's directory of temporary
// files. The purpose becomes part of the name. First, NewScratch removes what killed processes left in parent.
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
			continue // another process took it for abandoned before it was locked
		}
		if err != nil {
			return nil, errors.Join(err, os.Remove(dir))
		}
		if own(d) {
			return &Scratch{dir, d}, nil
		}
		_ = d.Close() // it was removed before it was locked
	}
}

// Remove removes the directory with its contents.
func (s *Scratch) Remove() error { return errors.Join(os.RemoveAll(s.Dir), s.lock.Close()) }
