package engine

import "errors"

// level0StopFactor times L0CompactionFiles is the number of tables in level 0 at which writers wait.
const level0StopFactor = 5

// settle lets maintenance catch up before a new memtable: inline, by doing it; else by waiting only if it is far
// behind. The caller holds commitMu.
func (db *DB) settle() error {
	if db.opts.InlineMaintenance {
		if !db.established() {
			return nil // establish flushes what was replayed
		}
		return db.maintain()
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	told := false
	for {
		reason, stalled := db.stall()
		if !stalled {
			return nil
		}
		if err := db.writable(); err != nil {
			return err
		}
		if !told {
			told = true
			db.counters.stalls.Add(1)
			notify(db.opts.EventListener.WriteStall, StallInfo{reason})
		}
		db.changed.Wait()
	}
}

// stall returns why writers must wait, if they must. The caller holds mu.
//
// NB: memtables that were replayed are not waited for. Nobody flushes them but the first commit, in establish.
func (db *DB) stall() (StallReason, bool) {
	if len(db.mu.frozen) >= db.opts.MemtablesMax && !db.mu.frozen[0].replayed() {
		return StallMemtables, true
	}
	return StallLevel0, len(db.mu.view.version.levels[0]) >= level0StopFactor*db.opts.L0CompactionFiles
}

// maintain does all the flushes and compactions that are due.
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

// startWorkers starts the two goroutines of background maintenance.
func (db *DB) startWorkers() {
	db.workers.Go(func() {
		due := func() bool { return len(db.mu.frozen) > 0 && !db.mu.frozen[0].replayed() }
		db.work(due, func() error { return db.flushFrozen(0) })
	})
	db.workers.Go(func() {
		due := func() bool {
			v := db.mu.view
			return v != nil && (db.urgent(v.version) >= 0 || db.blobGarbage(v.version) != nil)
		}
		db.work(due, func() error { _, err := db.compactOnce(); return err })
	})
}

// work runs do whenever it is due, until the store is closing or poisoned.
func (db *DB) work(due func() bool, do func() error) {
	for {
		db.mu.Lock()
		for !due() && db.writable() == nil {
			db.changed.Wait()
		}
		db.mu.Unlock()
		if db.writable() != nil {
			return
		}
		if err := do(); err != nil && !errors.Is(err, ErrClosed) {
			db.failed(err)
			return
		}
	}
}

// failed poisons the store for a reason that need not be a failed write: without maintenance it cannot take writes.
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
