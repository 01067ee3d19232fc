package inspect

import (
	"errors"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
)

// VerifyReport says what VerifyDir looked at and found.
type VerifyReport struct {
	Tables, Logs int
	Bytes        int64          // the size of the tables
	BlobFiles    []BlobFileInfo // if the store cannot be opened, only their names and sizes
	Problems     []string       // damage, most important first; empty for a store that is whole
	Leftovers    []string       // files that a crash left and the next Open removes; not damage
}

// Problems adds the damage in an error, and in each of the errors joined in it, to what is known already. Opening a
// store and looking at one of its files may both find the same damage.
func Problems(known []string, err error) []string {
	var joined interface{ Unwrap() []error }
	switch {
	case err == nil:
	case errors.As(err, &joined):
		for _, e := range joined.Unwrap() {
			known = Problems(known, e)
		}
	case !slices.Contains(known, err.Error()):
		known = append(known, err.Error())
	}
	return known
}

// CheckFiles checks every table, log and blob file in a directory by itself, and adds what it finds to a report. Of other
// files it asks only the manifest, and that only for the logs that were closed. Damage is not an error.
func CheckFiles(fsys afero.Fs, dir string, r *VerifyReport) error {
	if err := checkMissing(fsys, dir, r); err != nil {
		return err
	}
	for _, check := range []struct {
		kind FileKind
		file func(fsys afero.Fs, path string, r *VerifyReport) error
	}{{TableFile, checkTable}, {LogFile, checkLog}, {BlobFile, checkBlobFile}} {
		paths, err := Files(fsys, dir, check.kind)
		if err != nil {
			return err
		}
		for _, path := range paths {
			if err := check.file(fsys, path, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// damage adds the damage of one file to the report, and returns errors that are not damage.
func (r *VerifyReport) damage(err error) error {
	if err != nil && !errors.Is(err, corrupt.Err) {
		return err
	}
	r.Problems = Problems(r.Problems, err)
	return nil
}

func checkTable(fsys afero.Fs, path string, r *VerifyReport) error {
	info, err := Table(fsys, path, nil)
	r.Tables++
	r.Bytes += int64(info.Bytes)
	return r.damage(err)
}

func checkLog(fsys afero.Fs, path string, r *VerifyReport) error {
	info, err := Log(fsys, path, func(LogRecord) error { return nil })
	r.Logs++
	if err == nil && info.Damage != "" && !slices.Contains(r.Problems, info.Damage) {
		r.Problems = append(r.Problems, info.Damage)
	}
	return r.damage(err)
}

func checkBlobFile(fsys afero.Fs, path string, r *VerifyReport) error {
	info, err := Blobs(fsys, path)
	if err == nil || errors.Is(err, corrupt.Err) {
		r.BlobFiles = append(r.BlobFiles, info)
	}
	return r.damage(err)
}
