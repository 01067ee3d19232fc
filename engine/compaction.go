package engine

import (
	"bytes"
	"errors"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/merge"
)

// compaction merges tables into a level. Its inputs include every table of the output level that shares keys with them.
type compaction struct {
	inputs [levels][]*table
	output int
	level  int // that is relieved
}

// Compact merges all tables, and all commits so far, into the bottom level.
func (db *DB) Compact() error {
	if err := db.Flush(); err != nil {
		return err
	}
	db.compactMu.Lock()
	defer db.compactMu.Unlock()
	v, err := db.acquire()
	if err != nil {
		return err
	}
	c := compaction{inputs: v.version.levels, output: bottom}
	upper := 0
	for _, level := range v.version.levels[:bottom] {
		upper += len(level)
	}
	if upper > 0 {
		err = db.compact(v.version, &c)
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
	db.compactMu.Lock()
	defer db.compactMu.Unlock()
	if err := db.dir.Poisoned(); err != nil {
		return true, err
	}
	v, err := db.acquire()
	if err != nil {
		return true, err
	}
	c := db.pickCompaction(v.version)
	if c != nil {
		err = db.compact(v.version, c)
	}
	return c == nil, errors.Join(err, db.release(v))
}

// urgent returns the level whose size is the largest multiple, at least one, of what it should be; -1 if none.
func (db *DB) urgent(v *version) int {
	level, worst := -1, 1.0
	if score := float64(len(v.levels[0])) / float64(db.opts.L0CompactionFiles); score >= worst {
		level, worst = 0, score
	}
	limit := float64(db.opts.LevelBytesBase)
	for l := 1; l < bottom; l++ {
		if score := float64(bytesOf(v.levels[l])) / limit; score > worst {
			level, worst = l, score
		}
		limit *= float64(db.opts.LevelSizeRatio)
	}
	return level
}

// pickCompaction chooses inputs: all of level 0, or the next table of a deeper level in turn. The caller holds
// compactMu.
func (db *DB) pickCompaction(v *version) *compaction {
	level := db.urgent(v)
	if level < 0 {
		return db.blobGarbage(v)
	}
	c := &compaction{level: level, output: level + 1}
	if level == 0 {
		c.inputs[0] = v.levels[0]
	} else {
		i, _ := slices.BinarySearchFunc(v.levels[level], db.cursor[level], func(t *table, after []byte) int {
			return bytes.Compare(t.Smallest, after)
		})
		i %= len(v.levels[level])
		c.inputs[level] = v.levels[level][i : i+1]
		db.cursor[level] = append(bytes.Clone(v.levels[level][i].Largest), 0)
	}
	smallest, largest := bounds(c.inputs[level])
	c.inputs[c.output] = overlapping(v.levels[c.output], smallest, largest)
	return c
}

func bounds(tables []*table) (smallest, largest []byte) {
	for i, t := range tables {
		if i == 0 || bytes.Compare(t.Smallest, smallest) < 0 {
			smallest = t.Smallest
		}
		if i == 0 || bytes.Compare(t.Largest, largest) > 0 {
			largest = t.Largest
		}
	}
	return smallest, largest
}

// isMove reports whether the one input can become part of the output level as it is.
func (c *compaction) isMove() bool {
	return c.output == c.level+1 && len(c.inputs[c.level]) == 1 && len(c.inputs[c.output]) == 0
}

func (db *DB) compact(v *version, c *compaction) error {
	var ch change
	info := CompactionInfo{OutputLevel: c.output, Moved: c.isMove()}
	for l, tables := range c.inputs {
		for _, t := range tables {
			ch.Deleted = append(ch.Deleted, manifest.Deleted{Level: l, Num: t.Num})
			info.InputTables++
			info.InputBytes += t.Bytes
		}
	}
	outputs := c.inputs[c.level]
	if !info.Moved {
		r := rewriter{db: db, snapshots: db.snapshotSeqs(), split: true, abort: db.closing.Load}
		r.separator = separator{db: db, victims: db.blobVictims(v)}
		r.gone = func(user []byte) bool { return !v.below(c.output, user) }
		if err := r.run(merge.New(c.iterators()...)); err != nil {
			return err
		}
		outputs, ch.opened, ch.blobs, info.Dropped = r.tables, r.tables, r.separator.files, r.dropped
		db.counters.compactionBytes.Add(int64(bytesOf(outputs)))
	}
	ch.Added = placed(c.output, outputs)
	info.OutputTables, info.OutputBytes = len(outputs), bytesOf(outputs)
	db.counters.compactions.Add(1)
	if err := db.apply(ch); err != nil {
		return err
	}
	notify(db.opts.EventListener.CompactionDone, info)
	return nil
}

// iterators returns one iterator per table of level 0 and one per other level.
func (c *compaction) iterators() []key.Iterator {
	v := version{levels: c.inputs}
	return v.iterators()
}

// below reports whether a table under the level may hold the key.
func (v *version) below(level int, user []byte) bool {
	for _, tables := range v.levels[level+1:] {
		if i := find(tables, user); i < len(tables) && tables[i].covers(user) {
			return true
		}
	}
	return false
}
