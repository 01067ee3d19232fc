package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/picker"
	"github.com/lightningdb/lightning-torture/engine/internal/rewrite"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

// settle lets maintenance catch up before a new memtable is created. Inline, it does the work itself; otherwise it
// waits if maintenance is far behind. The first commit of a session waits too, because sessions may be too short for a
// background compaction ever to finish. The caller holds commitMu.
func (db *DB) settle() error {
	if db.opts.InlineMaintenance {
		return db.maintain()
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	told, again := false, false
	for {
		reason, stalled := db.stall()
		if !stalled {
			return nil
		}
		if err := db.writable(); err != nil {
			return err
		}
		if err := db.mu.noRoom; err != nil {
			if again {
				return err
			}
			again, db.mu.noRoom = true, nil
			db.changed.Broadcast()
		}
		if !told {
			told = true
			db.counters.stalls.Add(1)
			notify(db.opts.EventListener.WriteStall, StallInfo{reason})
		}
		db.changed.Wait()
	}
}

// stall reports whether writers must wait, and why. The caller holds mu.
//
// NB: replayed memtables do not count. Only the first commit flushes them, in establish.
func (db *DB) stall() (StallReason, bool) {
	if len(db.mu.frozen) >= db.opts.MemtablesMax && !db.mu.frozen[0].Replayed() {
		return StallMemtables, true
	}
	v, limits := db.view.Load().Version, db.limits()
	if limits.Crowded(v, int(db.opts.Limits.StopFactor)) {
		return StallTables, true
	}
	return StallLevel0, len(v.Levels[0]) >= int(db.opts.Limits.StopFactor)*db.opts.L0CompactionFiles
}

// maintain runs all flushes and compactions that are due.
func (db *DB) maintain() error {
	if err := db.flushFrozen(0); err != nil {
		return err
	}
	for {
		if done, err := db.compactOnce(); done || err != nil {
			return err
		}
	}
}

// startCompaction registers the most urgent compaction as running and returns it, or nil if none is due. It waits while
// compactions are paused or CompactionsMax of them are running.
func (db *DB) startCompaction() (*picker.Compaction, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	for db.mu.paused || len(db.mu.running) >= db.opts.CompactionsMax {
		db.changed.Wait()
	}
	if err := db.writable(); err != nil {
		return nil, err
	}
	c := db.pick()
	if c != nil {
		db.mu.running = append(db.mu.running, c)
	}
	return c, nil
}

func (db *DB) endCompaction(c *picker.Compaction) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.mu.running = slices.DeleteFunc(db.mu.running, func(r *picker.Compaction) bool { return r == c })
	db.changed.Broadcast()
}

// pick returns the compaction to start now, or nil. The caller holds mu.
func (db *DB) pick() *picker.Compaction {
	p := picker.Picker{Version: db.view.Load().Version, Running: db.mu.running, Limits: db.limits(), Oldest: key.MaxSeq}
	for seq := range db.mu.snapshots {
		p.Oldest = min(p.Oldest, seq)
	}
	if c := p.Pick(); c != nil {
		return c
	}
	return p.BlobGarbage()
}

// limits returns the picker's options.
func (db *DB) limits() picker.Limits {
	o := &db.opts
	return picker.Limits{
		L0CompactionFiles: o.L0CompactionFiles, LevelBytesBase: o.LevelBytesBase, LevelSizeRatio: o.LevelSizeRatio,
		TableBytes: o.TableBytes, SmallTables: int(o.Limits.SmallTables), SmallBlobs: int(o.Limits.SmallBlobs),
		SmallBlobBytes: min(int64(o.LargeValueBytes), o.BlobFileBytes),
	}
}

// pauseCompactions waits until no compaction is running and keeps others from starting until resume is called. Only one
// caller at a time can pause them. If ctx is done first, they are not paused.
func (db *DB) pauseCompactions(ctx context.Context) (resume func(), err error) {
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, db.wake)()
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	for db.mu.paused {
		if err := cancel.Err(ctx); err != nil {
			return nil, err
		}
		db.changed.Wait()
	}
	db.mu.paused = true
	for len(db.mu.running) > 0 && cancel.Err(ctx) == nil {
		db.changed.Wait()
	}
	if err := cancel.Err(ctx); err != nil {
		db.resumeCompactions()
		return nil, err
	}
	return func() {
		db.mu.Lock()
		defer db.mu.Unlock()
		db.resumeCompactions()
	}, nil
}

// resumeCompactions ends a pause. The caller holds mu.
func (db *DB) resumeCompactions() {
	db.mu.paused = false
	db.changed.Broadcast()
}

// quiesce waits until no flush and no compaction is running and keeps others from starting until resume is called.
// Until then the live tables and the files of the store do not change, except that logs may grow and files released by
// readers may be removed. A caller that must also keep out commits takes commitMu first. If ctx is done first, nothing
// is stopped.
func (db *DB) quiesce(ctx context.Context) (resume func(), err error) {
	db.flushMu.Lock()
	resumeCompactions, err := db.pauseCompactions(ctx)
	if err != nil {
		db.flushMu.Unlock()
		return nil, err
	}
	return func() {
		resumeCompactions()
		db.flushMu.Unlock()
	}, nil
}

// startWorkers starts the background goroutines: one for flushes, so that they never wait for a compaction, and
// CompactionsMax for compactions.
func (db *DB) startWorkers() {
	db.workers.Go(func() {
		due := func() bool { return len(db.mu.frozen) > 0 && !db.mu.frozen[0].Replayed() }
		db.work(due, func() error { return db.flushFrozen(0) })
	})
	for range db.opts.CompactionsMax {
		db.workers.Go(func() {
			due := func() bool { return !db.mu.paused && db.view.Load() != nil && db.pick() != nil }
			db.work(due, func() error { _, err := db.compactOnce(); return err })
		})
	}
}

// work calls do whenever due says so, until the store is closing or poisoned.
func (db *DB) work(due func() bool, do func() error) {
	for {
		db.mu.Lock()
		for (db.mu.noRoom != nil || !due()) && db.writable() == nil {
			db.changed.Wait()
		}
		db.mu.Unlock()
		if db.writable() != nil {
			return
		}
		err := do()
		if db.noRoom(err) {
			db.postpone(err)
			continue
		}
		if err != nil && !errors.Is(err, ErrClosed) {
			db.failed(err)
			return
		}
	}
}

// noRoom reports whether an error means that the disk had no room for a file that nothing relied on. Such a file has
// been removed again, and the store goes on.
func (db *DB) noRoom(err error) bool { return durable.IsNoRoom(err) && db.dir.Poisoned() == nil }

// postpone makes maintenance wait after it found no room. It tries again when a memtable is full, when a writer cannot
// go on without it, and after a Flush or Compact.
func (db *DB) postpone(err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.mu.noRoom = err
	db.changed.Broadcast()
}

// outcome returns the error of maintenance that a caller asked for. If there is none, postponed maintenance resumes.
func (db *DB) outcome(err error) error {
	switch {
	case err == nil:
		db.postpone(nil)
	case cancel.Is(err): // its output has been removed
	case db.noRoom(err):
		return fmt.Errorf("%w: %w", ErrNoRoom, err)
	case !errors.Is(err, ErrClosed):
		db.failed(err)
	}
	return err
}

// failed poisons the store for a reason other than a failed write: without maintenance it cannot accept writes.
func (db *DB) failed(err error) {
	if !errors.Is(err, ErrPoisoned) {
		_ = db.dir.Fail(err)
	}
}

// poisoned is called once, with the first cause.
func (db *DB) poisoned(cause error) {
	notify(db.opts.EventListener.BackgroundError, cause)
	db.wake()
}

// rewriteStore returns the parts of the store that a rewriter needs.
func (db *DB) rewriteStore() *rewrite.Store {
	o := &db.opts
	return &rewrite.Store{
		Dir: db.dir, Files: &db.files, Blobs: &db.blobs, NewFileNum: db.newFileNum,
		Options: rewrite.Options{
			TableBytes: o.TableBytes, BlockBytes: o.BlockBytes, BloomBitsPerKey: o.BloomBitsPerKey,
			Compression: o.Compression, BlobFileBytes: o.BlobFileBytes,
			TableWriteBytes: o.Limits.TableWriteBytes, BlobWriteBytes: o.Limits.BlobWriteBytes,
			Layout: sst.Layout(o.Limits.TableLayout - 1),
		},
		BlobBytes: &db.counters.blobBytes, BlobMovedBytes: &db.counters.blobMovedBytes,
	}
}
