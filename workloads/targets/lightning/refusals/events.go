package refusals

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
)

// Window checks what happens when more commits are made during a transaction than the engine remembers for it, in number
// or in bytes: the listener is told, that transaction must lose, and one that begins afterwards must not. While no
// transaction is open, nothing is forgotten, because nothing is remembered.
func Window() error {
	return errors.Join(
		window(engine.Limits{ConflictKeys: remembered}),
		window(engine.Limits{ConflictBytes: remembered * int64(len(windowKey(0)))}),
		unwatched(),
	)
}

const remembered = 4 // commits

func windowKey(i int) []byte { return []byte{'k', byte(i)} }

func window(l engine.Limits) error {
	forgotten := 0
	o := engine.Options{
		Limits:        l,
		EventListener: &engine.EventListener{CommitsForgotten: func(uint64) { forgotten++ }},
	}
	return within(o, func(db *engine.DB, _ engine.Options) error {
		var open []*engine.Txn
		put := func(i int) error { return db.Put(windowKey(i), nil, engine.NoSync) }
		begin := func(i int) error { // a transaction that conflicts with the next put
			t, err := db.Begin(engine.TxnOptions{})
			if err != nil {
				return err
			}
			open = append(open, t)
			return t.Put(windowKey(i), nil)
		}
		var wrong, err error
		for i := range remembered {
			err = errors.Join(err, begin(i), put(i))
		}
		wrong = differs("times that commits were forgotten, with room for all", forgotten, 0)
		err = errors.Join(err, begin(remembered), put(remembered))
		wrong = errors.Join(wrong, differs("times that commits were forgotten, with one too many", forgotten, 1))
		late, failed := db.Begin(engine.TxnOptions{})
		if err = errors.Join(err, failed); err != nil {
			return err
		}
		err = errors.Join(late.Put([]byte("late"), nil), put(remembered+1))
		wrong = errors.Join(err, wrong, check([]refusal{{"Commit of a transaction that began after the forgotten commits", late.Commit(engine.NoSync), nil}}))
		for _, t := range open {
			wrong = errors.Join(wrong, check([]refusal{{"Commit of a transaction with a conflict, perhaps with a forgotten commit", t.Commit(engine.NoSync), engine.ErrConflict}}))
		}
		return wrong
	})
}

// endings are the ways in which a transaction may end.
var endings = []struct {
	name string
	end  func(db *engine.DB, t *engine.Txn) error
}{
	{"a rollback", func(_ *engine.DB, t *engine.Txn) error { return t.Rollback() }},
	{"a commit", func(_ *engine.DB, t *engine.Txn) error { return t.Commit(engine.NoSync) }},
	{"a conflict", func(db *engine.DB, t *engine.Txn) error { // if it has written anything
		if err := db.Put(windowKey(0), nil, engine.NoSync); err != nil {
			return err
		}
		if err := t.Commit(engine.NoSync); !errors.Is(err, engine.ErrConflict) {
			return err
		}
		return nil
	}},
	{"a commit with an invalid durability", func(_ *engine.DB, t *engine.Txn) error {
		const unknown = 9
		_ = t.Commit(unknown) // the transaction is over in any case
		return t.Rollback()
	}},
}

// unwatched ends transactions of all kinds in all ways, and then makes more commits than the engine remembers. No
// transaction is open, so none may be forgotten.
func unwatched() error {
	forgotten := 0
	o := engine.Options{
		Limits:        engine.Limits{ConflictKeys: remembered, ConflictIdle: 1},
		EventListener: &engine.EventListener{CommitsForgotten: func(uint64) { forgotten++ }},
	}
	return within(o, func(db *engine.DB, _ engine.Options) (wrong error) {
		for _, e := range endings {
			for _, kind := range []engine.TxnOptions{{}, {Isolation: engine.Serializable}, {ReadOnly: true}} {
				for _, writes := range []bool{false, true} {
					forgotten = 0
					t, err := db.Begin(kind)
					if err != nil {
						return errors.Join(wrong, err)
					}
					_, _ = t.Get(windowKey(0)) // which need not exist
					if writes && !kind.ReadOnly {
						err = t.Put(windowKey(0), nil)
					}
					err = errors.Join(err, e.end(db, t))
					for i := range 2 * remembered {
						err = errors.Join(err, db.Put(windowKey(i), nil, engine.NoSync))
					}
					wrong = errors.Join(wrong, err, differs(fmt.Sprintf("times that commits were forgotten after the end of a transaction (%+v, writes: %t) by %s", kind, writes, e.name), forgotten, 0))
				}
			}
		}
		return wrong
	})
}
