package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/inspect"
	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/verify"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// Verify reads the whole store. It returns an error that wraps ErrCorrupt if it finds a wrong checksum, entries or
// levels out of order, an invalid manifest or log, a blob reference that does not match its blob, a live file that is
// missing or empty, or a file that does not belong there. If the store was killed rather than closed, Verify cannot
// tell whether the end of the last log has been lost or was never written. Buffered log data is first handed to the
// operating system. Writers wait until Verify returns.
func (db *DB) Verify() error { return db.VerifyContext(context.Background()) }

// VerifyContext is Verify with a context; see "Contexts" in the package documentation. If it is interrupted, its result
// says nothing about the store.
func (db *DB) VerifyContext(ctx context.Context) error {
	db.commitMu.Lock()
	defer db.commitMu.Unlock()
	resume, err := db.quiesce(ctx)
	if err != nil {
		return err
	}
	defer resume()
	db.large.Lock()
	defer db.large.Unlock()
	v, err := db.acquire()
	if err != nil {
		return err
	}
	return errors.Join(db.verifiable(v).Check(ctx), db.release(v))
}

// verifiable returns the state to verify. The caller holds the locks of Verify.
func (db *DB) verifiable(v *view.View) *verify.Store {
	s := &verify.Store{
		Dir: db.dir, Files: &db.files, Blobs: &db.blobs, View: v,
		Newest: db.seq.Newest(), Hand: func() error { return db.seq.Hand(db.seq.Newest()) },
		Leftovers: db.leftovers,
	}
	if db.active != nil && db.active.Empty() {
		s.EmptyLog = filename.Log(db.active.LogNum)
	}
	db.catalog.Lock()
	s.Marker, s.Logs, s.State = db.catalog.marker, slices.Clone(db.catalog.logs), db.catalog.state
	db.catalog.Unlock()
	s.Expected, s.Allowed = db.expectedNames()
	db.mu.Lock()
	s.BlobFiles = v.BlobFiles()
	db.mu.Unlock()
	return s
}

// expectedNames returns the names of the files that must be there, and of the files that may be there because a reader
// still needs them.
func (db *DB) expectedNames() (expected, allowed map[string]bool) {
	db.catalog.Lock()
	defer db.catalog.Unlock()
	c := &db.catalog
	allowed = map[string]bool{}
	expected = map[string]bool{c.marker.Name(): true, manifest.FileName(c.marker.Manifest): true}
	for _, num := range c.logs {
		expected[filename.Log(num)] = true
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	for num, t := range db.mu.tables {
		if t.Dead.Load() {
			allowed[filename.Table(num)] = true
		} else {
			expected[filename.Table(num)] = true
		}
	}
	for _, name := range slices.Concat(db.mu.obsolete, db.mu.leaving) {
		allowed[name] = true
	}
	db.expectBlobs(expected, allowed)
	return expected, allowed
}

// expectBlobs adds the names of blob files to both sets. The caller holds mu.
func (db *DB) expectBlobs(expected, allowed map[string]bool) {
	for num := range db.blobs.All() {
		allowed[filename.Blob(num)] = true
	}
	v := db.view.Load()
	for _, f := range v.Version.Blobs {
		expected[filename.Blob(f.Num)] = true
	}
	for _, m := range v.Mems {
		for _, f := range m.Blobs {
			expected[filename.Blob(f.Num)] = true
		}
	}
}

// VerifyReport says what VerifyDir examined and what it found.
type VerifyReport = inspect.VerifyReport

// VerifyDir verifies a store that no one has open. It changes nothing, although a LOCK file may be created. If the
// store does not open, each log, table and blob file in the directory is checked separately, so that the report names
// every damaged file. The error is ErrMissing, ErrNotADatabase, ErrLocked, ErrVersion, ErrOptions or one from the
// filesystem; damage is in the report and is not an error.
func VerifyDir(dir string, o Options) (VerifyReport, error) {
	return VerifyDirContext(context.Background(), dir, o)
}

// VerifyDirContext is VerifyDir with a context; see "Contexts" in the package documentation. If it is interrupted, the
// report contains the damage found so far.
func VerifyDirContext(ctx context.Context, dir string, o Options) (report VerifyReport, err error) {
	o.ReadOnly, o.FS = true, cancel.FS(ctx, o.fs())
	db, err := Open(dir, o)
	if errors.Is(err, ErrCorrupt) {
		report.Problems = inspect.Problems(nil, err)
		err = inspect.CheckFiles(o.fs(), dir, &report)
		return report, err
	}
	if err != nil {
		return report, err
	}
	err = db.VerifyContext(ctx)
	if cancel.Is(err) {
		return report, errors.Join(err, db.Close())
	}
	report.Problems = inspect.Problems(nil, err)
	report.Leftovers = db.leftovers
	m := db.Metrics()
	for _, level := range m.Levels {
		report.Tables, report.Bytes = report.Tables+level.Tables, report.Bytes+int64(level.Bytes)
	}
	report.Logs = len(db.catalog.logs)
	report.BlobFiles, err = db.BlobFiles()
	return report, errors.Join(err, db.Close())
}
