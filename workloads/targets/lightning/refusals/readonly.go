package refusals

import (
	"bytes"
	"errors"
	"maps"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// ReadOnly checks a store that is open read-only: every call that would change it must fail at once and change nothing, and
// reading and copying it must succeed.
func ReadOnly() error {
	o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true}
	const dir = "store"
	err := copiedTo(dir, o, (*engine.DB).Checkpoint)
	if err != nil {
		return err
	}
	before := contents(o.FS, dir)
	o.ReadOnly = true
	db, err := engine.Open(dir, o)
	if err != nil {
		return err
	}
	key, other := []byte("k"), []byte("l")
	var b engine.Batch
	b.Put(key, nil)
	t, err := db.Begin(engine.TxnOptions{})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	wrong := check([]refusal{
		{"Put into a read-only store", db.Put(key, nil, engine.Sync), engine.ErrReadOnly},
		{"Delete in a read-only store", db.Delete(key, engine.Sync), engine.ErrReadOnly},
		{"DeleteRange in a read-only store", db.DeleteRange(key, other, engine.Sync), engine.ErrReadOnly},
		{"Apply to a read-only store", db.Apply(&b, engine.Sync), engine.ErrReadOnly},
		{"Put in a transaction of a read-only store", t.Put(key, nil), engine.ErrReadOnly},
		{"Delete in a transaction of a read-only store", t.Delete(key), engine.ErrReadOnly},
		{"DeleteRange in a transaction of a read-only store", t.DeleteRange(key, other), engine.ErrReadOnly},
		{"Commit of a transaction that has written nothing", t.Commit(engine.Sync), nil},
		{"Update of a read-only store", db.Update(func(t *engine.Txn) error { return t.Put(key, nil) }), engine.ErrReadOnly},
		{"Flush of a read-only store", db.Flush(), engine.ErrReadOnly},
		{"Compact of a read-only store", db.Compact(), engine.ErrReadOnly},
		{"Get from a read-only store", second(db.Get(key)), nil},
		{"Verify of a read-only store", db.Verify(), nil},
		{"Checkpoint of a read-only store", db.Checkpoint("copy"), nil},
		{"Backup of a read-only store", second(engine.Backup(db, "backups")), nil},
		{"Close of a read-only store", db.Close(), nil},
	})
	if !maps.EqualFunc(before, contents(o.FS, dir), bytes.Equal) {
		wrong = errors.Join(wrong, accepted("a store that was open read-only has changed"))
	}
	return wrong
}

var errPanic = errors.New("refusals: a panic of a caller")

// panics checks that the transactions of View and Update end even if their function panics.
func panics() error {
	return within(engine.Options{}, func(db *engine.DB, _ engine.Options) (wrong error) {
		for _, c := range []struct {
			name string
			call func(func(*engine.Txn) error) error
		}{{"View", db.View}, {"Update", db.Update}} {
			var got any
			func() {
				defer func() { got = recover() }()
				wrong = errors.Join(wrong, c.call(func(*engine.Txn) error { panic(errPanic) }))
			}()
			wrong = errors.Join(wrong, differs("what a panic in "+c.name+" becomes", got, any(errPanic)),
				differs("open snapshots after a panic in "+c.name, db.Metrics().Snapshots, 0))
		}
		return errors.Join(wrong, db.Update(func(t *engine.Txn) error { return t.Put([]byte("k"), nil) }))
	})
}

// dropped checks what the event of a compaction reports about entries that are overwritten or deleted.
func dropped() error {
	const keys, rounds = 10, 3
	var last engine.CompactionInfo
	o := engine.Options{EventListener: &engine.EventListener{CompactionDone: func(i engine.CompactionInfo) { last = i }}}
	return within(o, func(db *engine.DB, _ engine.Options) (err error) {
		for round := range rounds {
			for i := range keys {
				err = errors.Join(err, db.Put([]byte{byte(i)}, []byte{byte(round)}, engine.NoSync))
			}
			err = errors.Join(err, db.Flush())
		}
		return errors.Join(err, db.Compact(), differs("entries that a compaction dropped of 30 for 10 keys", last.Dropped, (rounds-1)*keys))
	})
}
