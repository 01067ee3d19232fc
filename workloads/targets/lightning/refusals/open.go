package refusals

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// ErrAccepted is returned when a call that must be refused is accepted, fails with an error other than the documented
// one, or otherwise does not behave as documented.
var ErrAccepted = errors.New("refusals: a call does not behave as documented")

// accepted returns an ErrAccepted.
func accepted(format string, args ...any) error {
	return torture.Judged(fmt.Errorf("%w: %w", ErrAccepted, fmt.Errorf(format, args...)))
}

// refusal is a call with its error and the error that it must return. If want is nil, the call must succeed.
type refusal struct {
	call string
	err  error
	want error
}

func check(all []refusal) (wrong error) {
	for _, r := range all {
		if !errors.Is(r.err, r.want) {
			wrong = errors.Join(wrong, torture.Judged(fmt.Errorf("%w: %s returns %w, want %w", ErrAccepted, r.call, orNothing(r.err), orNothing(r.want))))
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
		{"Apply of a batch with a key that is too long", db.Apply(&late, engine.NoSync), engine.ErrTooLarge},
		{"Put of a key that is too long", db.Put(make([]byte, engine.KeyBytesMax+1), nil, engine.NoSync), engine.ErrTooLarge},
		{"Begin at an unknown level", second(db.Begin(engine.TxnOptions{Isolation: unknown})), engine.ErrOptions},
		{"DeleteRange of an empty range", db.DeleteRange([]byte("b"), []byte("a"), engine.NoSync), nil},
	}))
}

// ended checks a transaction after its end, and a few calls just before.
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
		{"DeleteRange of an empty range in a transaction", t.DeleteRange([]byte("b"), []byte("a")), want},
		{"Rollback", t.Rollback(), nil},
		{"a second Rollback", t.Rollback(), nil},
	})
	key := []byte("k")
	after := check([]refusal{
		{"Get in an ended transaction", second(t.Get(key)), engine.ErrTxnDone},
		{"Put in an ended transaction", t.Put(key, key), engine.ErrTxnDone},
		{"Delete in an ended transaction", t.Delete(key), engine.ErrTxnDone},
		{"DeleteRange in an ended transaction", t.DeleteRange(key, []byte("l")), engine.ErrTxnDone},
		{"NewIterator of an ended transaction", second(t.NewIterator(engine.IterOptions{})), engine.ErrTxnDone},
		{"Commit of an ended transaction", t.Commit(engine.Sync), engine.ErrTxnDone},
		{"Error of an iterator of an ended transaction", it.Error(), engine.ErrTxnDone},
	})
	if it.Next() || it.Valid() {
		after = errors.Join(after, accepted("an iterator of an ended transaction moves on"))
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
