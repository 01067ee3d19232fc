package refusals

import (
	"errors"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// outlived checks an iterator that is still open when its store is closed. It must show what it has, or report that the
// store is closed. When the iterator is closed, the directory may already belong to another session, so nothing may be
// removed there.
func outlived() error {
	return within(engine.Options{MaxOpenFiles: 1, TableBytes: 1 << 10, Limits: engine.Limits{TableWholeBytes: 1}}, func(db *engine.DB, o engine.Options) error {
		err := errors.Join(filled(db), db.Compact(), filled(db))
		it, failed := db.NewIterator(engine.IterOptions{})
		if failed != nil {
			return errors.Join(err, failed)
		}
		it.First()
		err = errors.Join(err, db.Compact(), db.Close()) // the iterator's tables are obsolete
		before, failed := namesIn(o.FS)
		err = errors.Join(err, failed)
		n := 1
		for it.Next() {
			n++
			it.Value()
		}
		if e := it.Error(); e != nil && !errors.Is(e, engine.ErrClosed) || e == nil && n < 20 {
			err = errors.Join(err, accepted("an iterator of a closed store shows %d keys and ends with %w", n, orNothing(e)))
		}
		_ = it.Close() // it may report that the store is closed
		after, failed := namesIn(o.FS)
		if !slices.Equal(before, after) {
			err = errors.Join(err, accepted("closing an iterator of a closed store leaves %q of %q", after, before))
		}
		return errors.Join(err, failed, another(o))
	})
}

// another opens the store while an iterator of an earlier session is still open, and removes the files that the
// iterator may need.
func another(o engine.Options) error {
	db, err := engine.Open("db", o)
	if err != nil {
		return err
	}
	it, err := db.NewIterator(engine.IterOptions{})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	err = db.Close()
	later, failed := engine.Open("db", o)
	if err = errors.Join(err, failed); err != nil {
		return errors.Join(err, it.Close())
	}
	err = errors.Join(later.DeleteRange([]byte("a"), []byte("z"), engine.Sync), later.Compact())
	for ok := it.First(); ok; ok = it.Next() {
		it.Value()
	}
	if e := it.Error(); !errors.Is(e, engine.ErrClosed) {
		err = errors.Join(err, accepted("an iterator of a closed store, whose files are gone, ends with %w", orNothing(e)))
	}
	_ = it.Close() // it may report that the store is closed
	return errors.Join(err, later.Close())
}

// namesIn returns the names in the directory of the store, in order.
func namesIn(fs afero.Fs) (names []string, err error) {
	infos, err := afero.ReadDir(fs, "db")
	for _, i := range infos {
		names = append(names, i.Name())
	}
	return names, err
}
