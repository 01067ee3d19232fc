package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
)

// Verify reads a repository and compares every list and file with its checksum. All damage is reported, joined into one
// error. See engine.VerifyBackupsContext.
func Verify(ctx context.Context, fsys afero.Fs, repository string) error {
	r, err := openRepository(cancel.FS(ctx, fsys), repository, false)
	if err == nil {
		err = errors.Join(r.verify(), r.close())
	}
	if err != nil {
		return fmt.Errorf("engine: verify %s: %w", repository, err)
	}
	return nil
}

func (r *repo) verify() error {
	errs := []error{r.damage}
	seen := map[string]bool{}
	for _, b := range r.backups {
		for _, f := range b.Files {
			if !seen[f.stored()] {
				seen[f.stored()] = true
				err := r.verifyFile(f)
				if errs = append(errs, err); cancel.Is(err) {
					return errors.Join(errs...)
				}
			}
		}
	}
	return errors.Join(errs...)
}

// open opens a stored file, which must have the size given by the list.
func (r *repo) open(f listed) (afero.File, error) {
	path := filepath.Join(r.files.Path(), f.stored())
	stored, err := r.files.Open(f.stored())
	if err != nil {
		return nil, corrupt.Missing(path, err)
	}
	info, err := stored.Stat()
	if err == nil && info.Size() != f.Bytes {
		err = corrupt.At(path, min(info.Size(), f.Bytes), "%d bytes, want %d", info.Size(), f.Bytes)
	}
	if err != nil {
		return nil, errors.Join(err, stored.Close())
	}
	return stored, nil
}

func (r *repo) verifyFile(f listed) error {
	path := filepath.Join(r.files.Path(), f.stored())
	stored, err := r.open(f)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, newChecked(stored, path, f))
	return errors.Join(err, stored.Close())
}
