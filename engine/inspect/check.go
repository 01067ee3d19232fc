package inspect

import (
	"errors"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
)

// VerifyReport says what VerifyDir examined and what it found.
type VerifyReport struct {
	Tables, Logs int
	Bytes        int64          // total size of the tables
	BlobFiles    []BlobFileInfo // only names and sizes if the store cannot be opened
	Problems     []string       // damage, most important first; empty for an intact store
	Leftovers    []string       // files left by a crash, which the next Open removes; not damage
}

// Problems adds the damage described by an error, or by each of the errors joined in it, to the known problems. It
// leaves out duplicates, because opening a store and checking one of its files may find the same damage.
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

// CheckFiles checks every table, log and blob file in a directory separately and adds what it finds to a report. The
// only other file that it consults is the manifest, to learn which logs were closed. Damage is not an error.
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

// damage adds the damage of one file to the report. It returns errors that are not damage.
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
