package engine

import (
	"context"
	"errors"

	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/rewrite"
	"github.com/lightningdb/lightning-torture/engine/repair"
)

// RepairReport says what Repair found, what it kept and what was lost.
type RepairReport = repair.Report

// Loss is a part of a file that could not be read.
type Loss = repair.Loss

// Repair turns a store that does not open, or that Verify complains about, into one that opens, in the same directory.
// It keeps every entry that can be read: whole blocks of damaged tables, whole commits before and after the damage of
// logs, whole values of damaged blob files. Blob files that are still needed also stay in place. All files of the
// damaged store are kept in the directory lost/N of dir, which can be deleted when no one needs it. Repair therefore
// needs as much space again as the store occupies.
//
// A table that is not the one listed in the manifest, because its file was misplaced or is from another time, is lost
// as a whole. A pipe, device, link or directory that has the name of a file is not opened; it moves to lost/N.
//
// Repair invents nothing: every value in the repaired store was once the value of that key. But losses may be anywhere
// in the history of the store, not only at its end:
//
//   - A key whose newest version is lost has an older value again, or none. A key whose deletion is lost is back.
//   - Commits after a damaged place in a log are kept, so commits that they build on may be missing. If part of a batch
//     had reached a table that is lost, the rest of the batch is there without it.
//   - If the range deletes of a table are lost, the keys that they hid are back. The report then names the whole key
//     range of the table, even where its entries can be read.
//   - If the manifest is lost, all tables and logs in the directory are read, including obsolete ones. That brings back
//     old values and deleted keys if what replaced them is lost or their deletions had been dropped.
//
// The report says which of these may have happened. A store without damage is left as it is. The error is ErrLocked,
// ErrMissing, ErrNotADatabase, ErrVersion, ErrOptions or one from the filesystem. A crash or an error leaves either the
// damaged store with all its files or the repaired one, and Repair may be called again.
func Repair(dir string, o Options) (RepairReport, error) {
	return RepairContext(context.Background(), dir, o)
}

// RepairContext is Repair with a context; see "Contexts" in the package documentation. If it is interrupted, the
// damaged store is left as it was and everything that Repair wrote is removed. Once the repaired store is in place, it
// runs to its end.
func RepairContext(ctx context.Context, dir string, o Options) (RepairReport, error) {
	o.InlineMaintenance, o.ReadOnly = true, false
	if err := o.Validate(); err != nil {
		return RepairReport{}, err
	}
	o.EnsureDefaults()
	o.FS = cancel.FS(ctx, o.fs())
	return repair.Run(repair.Config{
		FS: o.FS, Dir: dir,
		Verify: func() error { return verifyUnlocked(ctx, dir, o) },
		Store:  func() *rewrite.Store { return newDB(dir, o).rewriteStore() },
	})
}

// verifyUnlocked opens a store without locking or changing it, verifies it and closes it.
func verifyUnlocked(ctx context.Context, dir string, o Options) error {
	o.ReadOnly, o.ErrorIfMissing, o.EventListener = true, true, &EventListener{}
	db := newDB(dir, o)
	names, err := db.dir.Names()
	if err == nil {
		err = db.recover(names)
	}
	if err == nil {
		err = db.VerifyContext(ctx)
	}
	db.closing.Store(true)
	return errors.Join(err, db.abandon())
}
