package refusals

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
)

// ErrAccepted is returned for a call that should have been refused, or was refused with another error.
var ErrAccepted = errors.New("refusals: a call that makes no sense is not refused as it should be")

// refusal is a call, and the error that it must return; nil: it must succeed and do nothing.
type refusal struct {
	call string
	err  error
	want error
}

func check(all []refusal) (wrong error) {
	for _, r := range all {
		if !errors.Is(r.err, r.want) {
			wrong = errors.Join(wrong, fmt.Errorf("%w: %s returns %w, and should return %w", ErrAccepted, r.call, orNothing(r.err), orNothing(r.want)))
		}
	}
	return wrong
}

var errNothing = errors.New("nothing")

func orNothing(err error) error {
	if err == nil {
		return errNothing
	}
	return err
}

// second returns an error that comes with a value.
func second[T any](_ T, err error) error { return err }

// Open checks an open store.
func Open(db *engine.DB) error {
	var late engine.Batch
	late.Put(make([]byte, engine.KeyBytesMax+1), nil)
	const unknown = 9
	return errors.Join(ended(db, false), ended(db, true), past(db), check([]refusal{
		{"Apply with an unknown durability", db.Apply(&engine.Batch{}, unknown), engine.ErrOptions},
		{"Apply of a key that is too long", db.Apply(&late, engine.NoSync), engine.ErrTooLarge},
		{"Put of a key that is too long", db.Put(make([]byte, engine.KeyBytesMax+1), nil, engine.NoSync), engine.ErrTooLarge},
		{"Begin at an unknown level", second(db.Begin(engine.TxnOptions{Isolation: unknown})), engine.ErrOptions},
		{"DeleteRange of no keys", db.DeleteRange([]byte("b"), []byte("a"), engine.NoSync), nil},
	}))
}

// ended checks a transaction that is over, and what it does not do before.
func ended(db *engine.DB, readOnly bool) error {
	t, err := db.Begin(engine.TxnOptions{ReadOnly: readOnly})
	if err != nil {
		return err
	}
	it, err := t.NewIterator(engine.IterOptions{})
	if err != nil {
		return errors.Join(err, t.Rollback())
	}
	it.First()
	want := error(nil)
	if readOnly {
		want = engine.ErrReadOnly
	}
	before := check([]refusal{
		{"DeleteRange of no keys in a transaction", t.DeleteRange([]byte("b"), []byte("a")), want},
		{"Rollback", t.Rollback(), nil},
		{"a second Rollback", t.Rollback(), nil},
	})
	key := []byte("k")
	after := check([]refusal{
		{"Get of a transaction that is over", second(t.Get(key)), engine.ErrTxnDone},
		{"Put in a transaction that is over", t.Put(key, key), engine.ErrTxnDone},
		{"Delete in a transaction that is over", t.Delete(key), engine.ErrTxnDone},
		{"DeleteRange in a transaction that is over", t.DeleteRange(key, []byte("l")), engine.ErrTxnDone},
		{"NewIterator of a transaction that is over", second(t.NewIterator(engine.IterOptions{})), engine.ErrTxnDone},
		{"Commit of a transaction that is over", t.Commit(engine.Sync), engine.ErrTxnDone},
		{"an iterator of a transaction that is over", it.Error(), engine.ErrTxnDone},
	})
	if it.Next() || it.Valid() {
		after = errors.Join(after, fmt.Errorf("%w: an iterator of a transaction that is over moves on", ErrAccepted))
	}
	return errors.Join(before, after)
}

// past checks a snapshot that is closed.
func past(db *engine.DB) error {
	s := db.NewSnapshot()
	s.Close()
	s.Close()
	return check([]refusal{
		{"Get of a closed snapshot", second(s.Get([]byte("k"))), engine.ErrClosed},
		{"NewIterator of a closed snapshot", second(s.NewIterator(engine.IterOptions{})), engine.ErrClosed},
	})
}
