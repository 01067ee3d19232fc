package engine

import (
	"errors"
	"slices"
)

// VerifyReport says what VerifyDir looked at and found.
type VerifyReport struct {
	Tables, Logs int
	Bytes        int64          // of tables
	BlobFiles    []BlobFileInfo // if the store cannot be opened, only their names and sizes
	Problems     []string       // damage, most important first; empty for a store that is whole
	Leftovers    []string       // files that a crash left and that the next Open removes; no damage
}

// VerifyDir verifies a store that nobody has open, and changes nothing (but that a LOCK file may be made). If it cannot
// be opened, every log, table and blob file in the directory is checked by itself, so that the report names all damaged
// files. The error is ErrMissing, ErrNotADatabase, ErrLocked, ErrVersion, ErrOptions or one of the filesystem; damage is
// no error.
func VerifyDir(dir string, o Options) (report VerifyReport, err error) {
	o.ReadOnly = true
	db, err := Open(dir, o)
	if errors.Is(err, ErrCorrupt) {
		report.add(err)
		return report, report.addFiles(dir, o)
	}
	if err != nil {
		return report, err
	}
	report.add(db.Verify())
	report.Leftovers = db.leftovers
	m := db.Metrics()
	for _, level := range m.Levels {
		report.Tables, report.Bytes = report.Tables+level.Tables, report.Bytes+int64(level.Bytes)
	}
	report.Logs = len(db.catalog.logs)
	report.BlobFiles, err = db.BlobFiles()
	return report, errors.Join(err, db.Close())
}

// add adds each of the errors that were joined.
func (r *VerifyReport) add(err error) {
	var joined interface{ Unwrap() []error }
	switch {
	case err == nil:
	case errors.As(err, &joined):
		for _, e := range joined.Unwrap() {
			r.add(e)
		}
	default:
		r.problem(err.Error())
	}
}

// problem notes damage once, though opening the store and checking the file may both meet it.
func (r *VerifyReport) problem(text string) {
	if !slices.Contains(r.Problems, text) {
		r.Problems = append(r.Problems, text)
	}
}

func (r *VerifyReport) addFiles(dir string, o Options) error {
	tables, err := StoreFiles(dir, TableFile, o)
	if err != nil {
		return err
	}
	for _, path := range tables {
		r.Tables++
		info, err := InspectTable(path, o, nil)
		if r.Bytes += int64(info.Bytes); err != nil && !errors.Is(err, ErrCorrupt) {
			return err
		}
		r.add(err)
	}
	logs, err := StoreFiles(dir, LogFile, o)
	if err != nil {
		return err
	}
	for _, path := range logs {
		r.Logs++
		info, err := InspectLog(path, o, func(LogRecord) error { return nil })
		if err != nil {
			return err
		}
		if info.Damage != "" {
			r.problem(info.Damage)
		}
	}
	return r.addBlobFiles(dir, o)
}

func (r *VerifyReport) addBlobFiles(dir string, o Options) error {
	paths, err := StoreFiles(dir, BlobFile, o)
	if err != nil {
		return err
	}
	for _, path := range paths {
		info, err := InspectBlobFile(path, o)
		if err != nil && !errors.Is(err, ErrCorrupt) {
			return err
		}
		r.BlobFiles = append(r.BlobFiles, info)
		r.add(err)
	}
	return nil
}
