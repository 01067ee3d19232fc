package engine

import (
	"errors"

	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// letGoYoung releases blob files that a memtable or a batch held, rather than a version.
func (db *DB) letGoYoung(files ...*view.BlobFile) error {
	if len(files) == 0 {
		return nil
	}
	for _, f := range files {
		f.Young.Add(-1)
	}
	err := db.letGo(files...)
	db.wake() // garbage may be collected now
	return err
}

// letGo releases blob files that somebody held. While the store is open, the current view holds every file that Open
// would need, so a file that nobody holds is obsolete.
func (db *DB) letGo(files ...*view.BlobFile) error {
	if len(files) == 0 {
		return nil
	}
	db.mu.Lock()
	var gone []*view.BlobFile
	for _, f := range files {
		if f.Holds--; f.Holds == 0 {
			gone = append(gone, f)
			if db.view.Load() != nil {
				db.mu.obsolete = append(db.mu.obsolete, filename.Blob(f.Num))
			}
		}
	}
	db.blobs.Remove(gone...)
	db.mu.Unlock()
	var errs []error
	for _, f := range gone {
		errs = append(errs, f.File.Close())
	}
	return errors.Join(errs...)
}

// hold makes a memtable hold the blob files that a batch refers to. It must be called before the batch is inserted. The
// caller holds commitMu.
func (db *DB) hold(m *view.Mem, b *Batch) {
	if len(b.blobs) == 0 {
		return
	}
	m.BlobBytes += b.blobBytes
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, f := range b.blobs {
		m.Hold(f)
	}
}

// showMems counts one more view for each memtable. The caller holds mu.
func showMems(mems []*view.Mem) {
	for _, m := range mems {
		m.Views++
	}
}

// dropMems counts one view fewer for each memtable. A memtable that is left without a view releases its blob files.
func (db *DB) dropMems(mems []*view.Mem) error {
	if len(mems) == 0 {
		return nil
	}
	var files []*view.BlobFile
	db.mu.Lock()
	for _, m := range mems {
		if m.Views--; m.Views == 0 {
			files = append(files, m.Blobs...)
			m.Blobs = nil
		}
	}
	db.mu.Unlock()
	return db.letGoYoung(files...)
}
