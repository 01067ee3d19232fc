package refusals

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// outlived checks an iterator that is open when its store is closed. It shows what it has, or says that the store is closed; and when it
// is closed, the directory may be somebody else's, so nothing is removed there.
func outlived() error {
	return within(engine.Options{MaxOpenFiles: 1, TableBytes: 1 << 10, Limits: engine.Limits{TableWholeBytes: 1}}, func(db *engine.DB, o engine.Options) error {
		err := errors.Join(filled(db), db.Compact(), filled(db))
		it, failed := db.NewIterator(engine.IterOptions{})
		if failed != nil {
			return errors.Join(err, failed)
		}
		it.First()
		err = errors.Join(err, db.Compact(), db.Close()) // the tables of the iterator are not live any more
		before, failed := namesIn(o.FS)
		err = errors.Join(err, failed)
		n := 1
		for it.Next() {
			n++
			it.Value()
		}
		if e := it.Error(); e != nil && !errors.Is(e, engine.ErrClosed) || e == nil && n < 20 {
			err = errors.Join(err, fmt.Errorf("%w: an iterator of a store that is closed shows %d keys, and ends with %w", ErrAccepted, n, orNothing(e)))
		}
		_ = it.Close() // it may say that the store is closed
		after, failed := namesIn(o.FS)
		if !slices.Equal(before, after) {
			err = errors.Join(err, fmt.Errorf("%w: closing an iterator of a store that is closed leaves %q of %q", ErrAccepted, after, before))
		}
		return errors.Join(err, failed, another(o))
	})
}

// another opens a store while an iterator of an earlier session is open, and removes the files that this one may still need.
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
		err = errors.Join(err, fmt.Errorf("%w: an iterator of a store that is closed, whose files are gone, ends with %w", ErrAccepted, orNothing(e)))
	}
	_ = it.Close() // it may say that the store is closed
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
