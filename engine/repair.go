package engine

import (
	"context"
	"errors"

	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/rewrite"
	"github.com/lightningdb/lightning-torture/engine/repair"
)

// RepairReport says what Repair found, kept and lost.
type RepairReport = repair.Report

// Loss is a part of a file that could not be read.
type Loss = repair.Loss

// Repair makes a store that opens out of one that does not, or that Verify complains about, in the same directory. It
// keeps every entry that can be read: of damaged tables the whole blocks, of damaged logs the whole commits before and
// after the damage, of damaged blob files the whole values. Blob files that are needed also stay where they are. All
// files that were there before, damaged or not, are kept in the directory lost/N of dir, which can be removed when it
// is not needed any more. So Repair takes the space of the store a second time.
//
// A table that is not the one that the manifest lists, because its file was misplaced or is from another time, is lost as
// a whole. A pipe, a device, a link or a directory with the name of a file is not opened, and moves to lost/N.
//
// It makes nothing up: every value of the repaired store was once the value of that key. But what is lost may be missing
// from the middle of the store's history, not only from its end:
//
//   - a key whose newest version is lost has an older value again, or none; a key whose deletion is lost is back;
//   - commits after a damaged place of a log are kept, so what they build on may be missing, and if one part of a batch
//     had reached a table that is lost, the rest of the batch is there without it;
//   - if the range deletes of a table are lost, keys that they hid are back: the report names the whole key range of the
//     table then, also where its entries can be read;
//   - if the manifest is lost, all tables and logs in the directory are read, obsolete ones as well, which brings old
//     values and deleted keys back if what replaced them is lost or dropped their deletions.
//
// The report says which of these can have happened. A store without damage is left as it is. The error is ErrLocked,
// ErrMissing, ErrNotADatabase, ErrVersion, ErrOptions or one of the filesystem. A crash or an error leaves the damaged
// store, with all its files, or the repaired one: Repair may be called again.
func Repair(dir string, o Options) (RepairReport, error) {
	return RepairContext(context.Background(), dir, o)
}

// RepairContext is Repair, which ends when ctx is done: see Contexts in the documentation of the package. Then the damaged
// store is there as it was, and what Repair had written is removed. Once the repaired store is in its place, Repair goes on
// to its end.
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
