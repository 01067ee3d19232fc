package engine

import (
	"context"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/merge"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/rewrite"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// Flush writes all commits so far to tables and returns when they are durable there and their logs have been removed.
// The error is ErrClosed, ErrReadOnly, ErrPoisoned, ErrNoRoom or the error that poisoned the store.
func (db *DB) Flush() error { return db.flush(context.Background()) }

func (db *DB) flush(ctx context.Context) error {
	if err := cancel.Err(ctx); err != nil {
		return err
	}
	if err := db.freeze(); err != nil {
		return err
	}
	return db.outcome(db.flushUntil(ctx, 0))
}

func (db *DB) freeze() error {
	db.commitMu.Lock()
	defer db.commitMu.Unlock()
	if err := db.writable(); err != nil {
		return err
	}
	return db.rotate()
}

// flushFrozen writes the frozen memtables to one table in level 0. The edit also declares all logs below floor
// obsolete; a floor of 0 declares none.
func (db *DB) flushFrozen(floor uint64) error { return db.flushUntil(context.Background(), floor) }

// flushUntil is flushFrozen, except that it leaves the memtables as they are if ctx is done.
func (db *DB) flushUntil(ctx context.Context, floor uint64) error {
	db.flushMu.Lock()
	defer db.flushMu.Unlock()
	if err := db.writable(); err != nil { // NB: the store may have been closed while the caller waited for the lock
		return err
	}
	mems := db.frozen()
	if len(mems) == 0 {
		return nil
	}
	notify(db.opts.EventListener.FlushBegin, len(mems))
	if err := db.sealLarge(); err != nil { // gives the blob files that the memtables refer to their final size
		return err
	}
	newest := mems[len(mems)-1]
	// Until its last commit is visible, a memtable may still be filling up, and readers may need entries that newer ones
	// hide. Compactions rely on this too: whatever is in a table is visible.
	if err := db.seq.Show(newest.LastSeq); err != nil {
		return err
	}
	ch, err := db.rewriteMemtables(ctx, mems)
	if err != nil {
		return err
	}
	ch.LastSeq, ch.LogFloor = newest.LastSeq, max(newest.LogNum+1, floor)
	ch.place(0, ch.opened)
	db.counters.flushes.Add(1)
	db.counters.flushBytes.Add(int64(view.BytesOf(ch.opened)))
	if err := db.apply(ch); err != nil {
		return err
	}
	notify(db.opts.EventListener.FlushDone, FlushInfo{len(mems), view.BytesOf(ch.opened)})
	return nil
}

// rewriteMemtables writes memtables to tables and blob files. It is a function of its own because a Rewriter is large
// and should be on the worker's stack only while it writes.
func (db *DB) rewriteMemtables(ctx context.Context, mems []*view.Mem) (change, error) {
	var sources []key.Iterator
	for _, m := range slices.Backward(mems) {
		sources = append(sources, m.Table.NewIterator())
	}
	r := &rewrite.Rewriter{Store: db.rewriteStore(), Snapshots: db.snapshotSeqs(), Abort: cancel.Either(ctx, nil)}
	r.Separator.Threshold = max(db.opts.BlobValueBytes, 0)
	r.Delete(memRanges(mems, r.Points()))
	err := r.Run(merge.New(sources...))
	return change{opened: r.Tables, blobs: r.Separator.Files, flushed: mems}, err
}

// memRanges returns the range deletes of memtables as seen by readers at the given points.
func memRanges(mems []*view.Mem, points []key.Seq) (sets []rangedel.Set) {
	for _, m := range mems {
		if m.Ranges.Empty() {
			continue
		}
		for _, point := range points {
			sets = append(sets, m.Ranges.At(point))
		}
	}
	return sets
}
