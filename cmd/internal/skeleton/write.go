package skeleton

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// free returns an error if an existing file is in the way.
func (s *Skeleton) free() error {
	var taken []string
	for _, f := range s.Files {
		if _, err := os.Lstat(s.abs(f)); err == nil {
			taken = append(taken, f.Path)
		}
	}
	if len(taken) > 0 {
		return fmt.Errorf("nothing was written: %s already exists; choose another directory, or move it away", strings.Join(taken, " and "))
	}
	return nil
}

// Write writes the files. If it fails, it removes those that it has written.
func (s *Skeleton) Write() error {
	for i, f := range s.Files {
		if err := writeNew(s.abs(f), f.Text); err != nil {
			for _, written := range s.Files[:i] {
				err = errors.Join(err, os.Remove(s.abs(written)))
			}
			return err
		}
	}
	return nil
}

// writeNew creates a file that must not exist yet.
func writeNew(name string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}
