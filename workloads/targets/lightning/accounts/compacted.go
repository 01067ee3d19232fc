package accounts

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
)

// Compacted checks what a Compact has left while nothing but the store was open: all tables are in the last level, nothing is deleted any
// more, and no blob file is mostly garbage. If it has merged everything, every entry is one that the store shows. If it has not, there was
// nothing to drop but versions that a snapshot saw which is closed now.
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
			differ("level of "+t.File+", after everything was merged", t.Level, bottom),
			differ("tombstones of "+t.File+", which have nothing to hide", t.Tombstones, 0),
			differ("range deletes of "+t.File+", which have nothing to hide", len(t.RangeDeletes), 0),
		)
	}
	for _, f := range blobs {
		if !f.Logs && 2*f.GarbageBytes > f.Bytes+slackBytes {
			all = errors.Join(all, fmt.Errorf("%w: %d of the %d bytes of %s are garbage, after everything was merged", ErrWrong, f.GarbageBytes, f.Bytes, f.File))
		}
	}
	if merged || entries < shown {
		all = errors.Join(all, differ("entries of tables, after everything was merged", entries, shown))
	}
	return errors.Join(all, cached(db, tables))
}

// slackBytes is what a figure about a file may be wrong by: its header and its end.
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

// cached reads the first key of a table again and again. Everything is in one level, so each time one block is asked for at most, and
// the same happens each time: it is found in the cache, or there is no cache, or the table is in memory as a whole.
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
		return fmt.Errorf("%w: one read of one key asks for %d blocks", ErrWrong, asked)
	}
	return errors.Join(
		differ("blocks that the cache had at a second reading", delta[1].CacheHits, delta[0].CacheHits),
		differ("blocks that it did not have", delta[1].CacheMisses, delta[0].CacheMisses),
	)
}
