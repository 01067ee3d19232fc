package accounts

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
)

// Compacted checks the result of a Compact during which no snapshot or iterator was open. All tables must be in the
// last level, without tombstones or range deletes, and no blob file may be mostly garbage. If the compaction merged
// everything, every entry must be one that the store shows. If it merged nothing, the tables may still hold old
// versions that a snapshot, now closed, once needed.
func Compacted(db *engine.DB, merged bool) error {
	tables, err := db.Shape()
	if err != nil {
		return err
	}
	blobs, err := db.BlobFiles()
	if err != nil {
		return err
	}
	shown, err := count(db)
	if err != nil {
		return err
	}
	var all error
	entries, bottom := 0, len(engine.Metrics{}.Levels)-1
	for _, t := range tables {
		entries += int(t.Entries)
		all = errors.Join(all,
			differ("level of "+t.File+", after a full compaction", t.Level, bottom),
			differ("tombstones of "+t.File+", which hide nothing", t.Tombstones, 0),
			differ("range deletes of "+t.File+", which hide nothing", len(t.RangeDeletes), 0),
		)
	}
	for _, f := range blobs {
		if !f.Logs && 2*f.GarbageBytes > f.Bytes+slackBytes {
			all = errors.Join(all, fmt.Errorf("%w: %d of the %d bytes of %s are garbage after a full compaction", ErrWrong, f.GarbageBytes, f.Bytes, f.File))
		}
	}
	if merged || entries < shown {
		all = errors.Join(all, differ("entries of tables, after a full compaction", entries, shown))
	}
	return errors.Join(all, cached(db, tables))
}

// slackBytes is the tolerance of a figure about a file: its header and its end.
const slackBytes = 64

func count(db *engine.DB) (n int, err error) {
	it, err := db.NewIterator(engine.IterOptions{})
	if err != nil {
		return 0, err
	}
	for ok := it.First(); ok; ok = it.Next() {
		n++
	}
	return n, errors.Join(it.Error(), it.Close())
}

// cached reads the first key of a table several times. All tables are in one level, so each read asks for at most one
// block. Every read must have the same effect on the cache: a hit, or a miss if there is no cache, or neither if the
// table is in memory as a whole.
func cached(db *engine.DB, tables []engine.TableInfo) error {
	if len(tables) == 0 {
		return nil
	}
	var before, delta [2]engine.Metrics
	for i := range before {
		if _, err := db.Get(tables[0].Smallest); err != nil {
			return err
		}
		before[i] = db.Metrics()
		if _, err := db.Get(tables[0].Smallest); err != nil {
			return err
		}
		delta[i] = db.Metrics()
		delta[i].CacheHits -= before[i].CacheHits
		delta[i].CacheMisses -= before[i].CacheMisses
	}
	asked := delta[0].CacheHits + delta[0].CacheMisses
	if asked > 1 {
		return fmt.Errorf("%w: one read of one key asked for %d blocks", ErrWrong, asked)
	}
	return errors.Join(
		differ("cache hits of a repeated read", delta[1].CacheHits, delta[0].CacheHits),
		differ("cache misses of a repeated read", delta[1].CacheMisses, delta[0].CacheMisses),
	)
}
