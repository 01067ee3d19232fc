package refusals

import (
	"errors"

	"github.com/lightningdb/lightning-torture/engine"
)

// Window checks what happens when more commits are made during a transaction than the engine remembers for it: the
// listener is told, that transaction must lose, and one that begins afterwards must not.
func Window() error {
	const remembered = 4
	forgotten := 0
	o := engine.Options{
		Limits:        engine.Limits{ConflictKeys: remembered},
		EventListener: &engine.EventListener{CommitsForgotten: func(uint64) { forgotten++ }},
	}
	return within(o, func(db *engine.DB, _ engine.Options) error {
		var open []*engine.Txn
		put := func(i int) error { return db.Put([]byte{'k', byte(i)}, nil, engine.NoSync) }
		begin := func(i int) error { // a transaction that conflicts with the next put
			t, err := db.Begin(engine.TxnOptions{})
			if err != nil {
				return err
			}
			open = append(open, t)
			return t.Put([]byte{'k', byte(i)}, nil)
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
