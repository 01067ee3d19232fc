package provoked

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// longWrites is the number of writes of a commit that takes so long that other work begins before it is visible.
const longWrites = 20_000

// beside is work that begins during a long commit. Whatever it sees or makes must have all of the commit or nothing.
type beside struct {
	name string
	do   func(db *engine.DB, disk *faultfs.FS) error
}

var besides = []beside{
	{"a flush", func(db *engine.DB, _ *faultfs.FS) error { return db.Flush() }},
	{"a compaction", func(db *engine.DB, _ *faultfs.FS) error { return db.Compact() }},
	{"a commit that needs another memtable", func(db *engine.DB, _ *faultfs.FS) error {
		return errors.Join(db.Put([]byte("~"), nil, engine.NoSync), db.Delete([]byte("~"), engine.NoSync))
	}},
	{"a scan", func(db *engine.DB, _ *faultfs.FS) error { return allOrNothing(db) }},
	{"a snapshot", func(db *engine.DB, _ *faultfs.FS) error {
		s := db.NewSnapshot()
		defer s.Close()
		first, failed := count(s)
		n, err := count(s)
		if err = errors.Join(err, failed); err == nil && n != first {
			err = wrong("it sees %d of the writes, and then %d", first, n)
		}
		return errors.Join(err, allOrNothing(s))
	}},
	{"a transaction", func(db *engine.DB, _ *faultfs.FS) error {
		return db.View(func(t *engine.Txn) error { return allOrNothing(t) })
	}},
	{"a checkpoint", func(db *engine.DB, disk *faultfs.FS) error {
		if err := db.Checkpoint(copyDir); err != nil {
			return err
		}
		copied, err := engine.Open(copyDir, options(disk, true))
		if err != nil {
			return err
		}
		return errors.Join(allOrNothing(copied), copied.Close())
	}},
}

// long does each of these while a commit of many writes is in the log and not yet visible.
func long() error {
	for _, b := range besides {
		if err := b.during(); err != nil {
			return fmt.Errorf("%s during a commit of %d writes: %w", b.name, longWrites, err)
		}
	}
	return nil
}

func (b *beside) during() error {
	disk := faultfs.New(faultfs.Options{})
	db, err := engine.Open(storeDir, options(disk, false))
	if err != nil {
		return err
	}
	var long engine.Batch
	for i := range longWrites {
		long.Put(fmt.Append(nil, i*7919%longWrites), nil)
	}
	answer := start(func() error { return db.Apply(&long, engine.NoSync) })
	soon(func() bool { return db.Metrics().Commits > 0 }) // it is in the log
	err = b.do(db, disk)
	if err = errors.Join(err, <-answer); err == nil {
		var n int
		if n, err = count(db); err == nil && n != longWrites {
			err = wrong("%d of the writes are there", n)
		}
	}
	return errors.Join(err, db.Close(), allClosed(disk))
}

// allOrNothing returns an error if a reader sees a part of the commit.
func allOrNothing(r reader) error {
	n, err := count(r)
	if err == nil && n != 0 && n != longWrites {
		err = wrong("it sees %d of the writes", n)
	}
	return err
}

// count returns the number of pairs that a reader sees.
func count(r reader) (n int, err error) {
	it, err := r.NewIterator(engine.IterOptions{})
	if err != nil {
		return 0, err
	}
	for ok := it.First(); ok; ok = it.Next() {
		n++
	}
	return n, errors.Join(it.Error(), it.Close())
}
