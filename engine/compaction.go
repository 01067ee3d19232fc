package engine

import (
	"context"
	"errors"

	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/merge"
	"github.com/lightningdb/lightning-torture/engine/internal/picker"
	"github.com/lightningdb/lightning-torture/engine/internal/rewrite"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// Compact merges all tables and all commits so far into the bottom level, and moves values out of blob files that are
// mostly garbage. It does nothing if everything is already in the bottom level without tombstones. No other compaction
// runs meanwhile. The errors are those of Flush, and ErrCorrupt, after which the store is poisoned.
func (db *DB) Compact() error { return db.CompactContext(context.Background()) }

// CompactContext is Compact with a context; see "Contexts" in the package documentation. If it is interrupted, what has
// been merged by then stays merged; no work is lost and nothing needs to be undone.
func (db *DB) CompactContext(ctx context.Context) error {
	if err := db.flush(ctx); err != nil {
		return err
	}
	resume, err := db.pauseCompactions(ctx)
	if err != nil {
		return err
	}
	defer resume()
	v, err := db.acquire()
	if err != nil {
		return err
	}
	if v.Version.Improvable() {
		err = db.compact(ctx, v.Version, &picker.Compaction{Inputs: v.Version.Levels, Output: view.Bottom, Whole: true, Reason: picker.Manual})
	}
	if err == nil {
		err = db.collectBlobs(ctx)
	}
	return also(db.outcome(err), db.release(v))
}

// compactOnce runs the most urgent compaction. done reports that none was due.
func (db *DB) compactOnce() (done bool, err error) {
	c, err := db.startCompaction()
	if c == nil || err != nil {
		return true, err
	}
	defer db.endCompaction(c)
	v, err := db.acquire() // keeps the input tables alive
	if err != nil {
		return true, err
	}
	return false, errors.Join(db.compact(context.Background(), v.Version, c), db.release(v))
}

// compact runs a registered compaction on version v, which must have been acquired after the registration.
//
// No reader may notice a compaction. The inputs include every table of the output level that overlaps the others, so the
// outputs do not overlap their neighbours (I8). Of each key, every version that an open snapshot sees is kept, and the
// newest one always (I9). A snapshot taken after snapshotSeqs was called needs no other: entries get into tables only
// once they are visible, so it sees the newest. A tombstone goes only if no table below the output level may have its
// key. That holds until the end of the compaction, because an older version could get there only from the key range that
// this compaction has reserved.
func (db *DB) compact(ctx context.Context, v *view.Version, c *picker.Compaction) error {
	var ch change
	info := CompactionInfo{Reason: CompactionReason(c.Reason), OutputLevel: c.Output, Moved: c.IsMove() && !c.Reclaims(v)}
	for l, tables := range c.Inputs {
		for _, t := range tables {
			ch.Deleted = append(ch.Deleted, manifest.Deleted{Level: l, Num: t.Num})
			info.InputTables++
			info.InputBytes += t.Bytes
		}
	}
	notify(db.opts.EventListener.CompactionBegin, info)
	outputs := c.Inputs[c.Level]
	if !info.Moved {
		r := rewrite.Rewriter{
			Store: db.rewriteStore(), Snapshots: db.snapshotSeqs(), Split: c.Splits(), Abort: cancel.Either(ctx, db.giveUp),
		}
		r.Separator.Victims = db.blobVictims(v, c)
		r.Gone = func(first, last []byte) bool { return !v.Below(c.Output, first, last) }
		if err := r.Run(merge.New(c.Iterators(r.Delete(c.Ranges()))...)); err != nil {
			return err
		}
		outputs, ch.opened, ch.blobs, info.Dropped = r.Tables, r.Tables, r.Separator.Files, r.Dropped
		db.counters.compactionBytes.Add(int64(view.BytesOf(outputs)))
	}
	ch.place(c.Output, outputs)
	info.OutputTables, info.OutputBytes = len(outputs), view.BytesOf(outputs)
	db.counters.compactions.Add(1)
	if err := db.apply(ch); err != nil {
		return err
	}
	notify(db.opts.EventListener.CompactionDone, info)
	return nil
}

// blobVictims returns the blob files whose values the compaction moves elsewhere.
func (db *DB) blobVictims(v *view.Version, c *picker.Compaction) map[uint64]bool {
	victims, limits := picker.BlobVictims(v), db.limits()
	for _, num := range c.SmallBlobs(v, &limits) {
		if victims == nil {
			victims = map[uint64]bool{}
		}
		victims[num] = true
	}
	return victims
}

// giveUp returns nil, or the reason why a compaction should stop.
func (db *DB) giveUp() error {
	if db.closing.Load() {
		return ErrClosed
	}
	return nil
}

// collectBlobs moves values until no blob file is mostly garbage. The caller has paused compactions.
func (db *DB) collectBlobs(ctx context.Context) error {
	for {
		if err := cancel.Err(ctx); err != nil {
			return err
		}
		v, err := db.acquire()
		if err != nil {
			return err
		}
		p := picker.Picker{Version: v.Version, Limits: db.limits()}
		c := p.BlobGarbage()
		if c != nil {
			err = db.compact(ctx, v.Version, c)
		}
		if err2 := db.release(v); err == nil {
			err = err2
		}
		if c == nil || err != nil {
			return err
		}
	}
}
