package engine

import (
	"errors"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/merge"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// compaction merges tables into a level. Its inputs include every table of the output level that shares keys with the
// others. Compactions that run at the same time share no keys on any level from the first to the output level of one.
type compaction struct {
	inputs            [view.Levels][]*view.Table
	level             int // the highest one of the inputs
	output            int
	smallest, largest []byte // user keys of all inputs
	whole             bool   // all tables of the store: nothing is moved as it is
	reason            CompactionReason
}

// Compact merges all tables, and all commits so far, into the bottom level, and moves values out of blob files that are
// mostly garbage. If everything is in the bottom level already, with no tombstone in it, it does nothing. Other
// compactions wait meanwhile. The error is as that of Flush, or ErrCorrupt: then the store is poisoned.
func (db *DB) Compact() error {
	if err := db.Flush(); err != nil {
		return err
	}
	defer db.pauseCompactions()()
	v, err := db.acquire()
	if err != nil {
		return err
	}
	if v.Version.Improvable() {
		err = db.compact(v.Version, &compaction{inputs: v.Version.Levels, output: view.Bottom, whole: true, reason: CompactionManual})
	}
	if err == nil {
		err = db.collectBlobs()
	}
	if err != nil && !errors.Is(err, ErrClosed) {
		db.failed(err)
	}
	return errors.Join(err, db.release(v))
}

// compactOnce does the most urgent compaction; done says that none was due.
func (db *DB) compactOnce() (done bool, err error) {
	c, err := db.startCompaction()
	if c == nil || err != nil {
		return true, err
	}
	defer db.endCompaction(c)
	v, err := db.acquire() // holds the inputs: nobody else may compact them
	if err != nil {
		return true, err
	}
	return false, errors.Join(db.compact(v.Version, c), db.release(v))
}

// isMove reports whether the one input can become part of the output level as it is. A table of tombstones that has
// nothing to hide below is better rewritten to nothing.
func (c *compaction) isMove() bool {
	if c.whole || c.output == c.level || len(c.inputs[c.level]) != 1 || len(c.inputs[c.output]) > 0 {
		return false
	}
	return c.output < view.Bottom || !c.inputs[c.level][0].MostlyTombstones()
}

func (db *DB) compact(v *view.Version, c *compaction) error {
	var ch change
	info := CompactionInfo{Reason: c.reason, OutputLevel: c.output, Moved: c.isMove() && !c.reclaims(v)}
	for l, tables := range c.inputs {
		for _, t := range tables {
			ch.Deleted = append(ch.Deleted, manifest.Deleted{Level: l, Num: t.Num})
			info.InputTables++
			info.InputBytes += t.Bytes
		}
	}
	notify(db.opts.EventListener.CompactionBegin, info)
	outputs := c.inputs[c.level]
	if !info.Moved {
		r := rewriter{db: db, snapshots: db.snapshotSeqs(), split: true, abort: db.closing.Load}
		r.separator = separator{db: db, victims: db.blobVictims(v)}
		r.gone = func(first, last []byte) bool { return !v.Below(c.output, first, last) }
		if err := r.run(merge.New(c.iterators(r.delete(c.ranges()))...)); err != nil {
			return err
		}
		outputs, ch.opened, ch.blobs, info.Dropped = r.tables, r.tables, r.separator.files, r.dropped
		db.counters.compactionBytes.Add(int64(view.BytesOf(outputs)))
	}
	ch.Added = placed(c.output, outputs)
	info.OutputTables, info.OutputBytes = len(outputs), view.BytesOf(outputs)
	db.counters.compactions.Add(1)
	if err := db.apply(ch); err != nil {
		return err
	}
	notify(db.opts.EventListener.CompactionDone, info)
	return nil
}

// iterators returns one iterator per table of level 0 and one per other level, of the entries that hidden does not
// hide.
func (c *compaction) iterators(hidden []rangedel.Set) []key.Iterator {
	v := view.Version{Levels: c.inputs}
	return v.Iterators(hidden, key.MaxSeq)
}
