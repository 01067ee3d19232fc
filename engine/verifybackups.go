package engine

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
)

// VerifyBackups reads a repository: every list, and every file that a list names, each once, whose size and SHA-256 it
// compares. It changes nothing, though a file LOCK may be made. All damage is reported, joined: each is ErrCorrupt and
// names the file.
//
// The error may be ErrNoBackup, ErrLocked, ErrNotARepository, ErrVersion or one of the filesystem, too.
func VerifyBackups(repository string, o Options) error {
	r, err := openRepository(o.fs(), repository, false)
	if err == nil {
		err = errors.Join(r.verify(), r.close())
	}
	if err != nil {
		return fmt.Errorf("engine: verify %s: %w", repository, err)
	}
	return nil
}

func (r *backupRepo) verify() error {
	errs := []error{r.damage}
	seen := map[string]bool{}
	for _, b := range r.backups {
		for _, f := range b.Files {
			if !seen[f.stored()] {
				seen[f.stored()] = true
				errs = append(errs, r.verifyFile(f))
			}
		}
	}
	return errors.Join(errs...)
}

func (r *backupRepo) verifyFile(f backupFile) error {
	path := filepath.Join(r.files.Path(), f.stored())
	stored, err := r.files.Open(f.stored())
	if err != nil {
		return corrupt.Missing(path, err)
	}
	_, err = io.Copy(io.Discard, newChecked(stored, path, f))
	return errors.Join(err, stored.Close())
}
