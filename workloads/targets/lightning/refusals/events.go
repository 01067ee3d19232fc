package refusals

import (
	"errors"

	"github.com/lightningdb/lightning-torture/engine"
)

// Window checks what is said and done when more commits are made beside a transaction than are remembered for it: the listener hears of
// it, the transaction has lost, and one that begins afterwards has not.
func Window() error {
	const remembered = 4
	forgotten := 0
	o := engine.Options{
		Limits:        engine.Limits{ConflictKeys: remembered},
		EventListener: &engine.EventListener{CommitsForgotten: func(uint64) { forgotten++ }},
	}
	return within(o, func(db *engine.DB, _ engine.Options) error {
		begin := func() (*engine.Txn, error) {
			t, err := db.Begin(engine.TxnOptions{})
			if err == nil {
				err = t.Put([]byte("mine"), nil)
			}
			return t, err
		}
		old, err := begin()
		if err != nil {
			return err
		}
		put := func(n int) (err error) {
			for i := range n {
				err = errors.Join(err, db.Put([]byte{'k', byte(i)}, nil, engine.NoSync))
			}
			return err
		}
		err = put(remembered)
		wrong := differs("times that commits were forgotten, of which there is room for all", forgotten, 0)
		err = errors.Join(err, put(1))
		wrong = errors.Join(wrong, differs("times that commits were forgotten, of which there is one too many", forgotten, 1))
		late, failed := begin()
		if err = errors.Join(err, failed, put(1)); err != nil {
			return err
		}
		return errors.Join(wrong, check([]refusal{
			{"Commit of a transaction that began after what is forgotten", late.Commit(engine.NoSync), nil},
			{"Commit of a transaction that began before what is forgotten", old.Commit(engine.NoSync), engine.ErrConflict},
		}))
	})
}
