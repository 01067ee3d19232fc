package bbolt

import (
	"bytes"
	"errors"

	engine "go.etcd.io/bbolt"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// store presents a bbolt database to workloads.
type store struct{ db *engine.DB }

var (
	_ workloads.Verifier   = (*store)(nil)
	_ workloads.Transactor = (*store)(nil)
	_ bench.Getter         = (*store)(nil)
)

func (s *store) Get(key []byte) ([]byte, bool, error) { return s.GetInto(nil, key) }

func (s *store) GetInto(dst, key []byte) (value []byte, found bool, err error) {
	err = s.db.View(func(tx *engine.Tx) error {
		value, found = get(tx, dst, key)
		return nil
	})
	return value, found, translate(err)
}

// get copies the value, which is part of the map and valid only during the transaction.
func get(tx *engine.Tx, dst, key []byte) ([]byte, bool) {
	value := tx.Bucket(bucket).Get(key)
	if value == nil {
		return nil, false
	}
	return append(dst[:0], value...), true
}

func (s *store) Apply(writes []history.Write, d history.Durability) error {
	err := s.db.Update(func(tx *engine.Tx) error {
		b := tx.Bucket(bucket)
		for _, w := range writes {
			var err error
			if w.Delete {
				err = b.Delete(w.Key)
			} else {
				err = b.Put(w.Key, w.Value)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return s.synced(err, d)
}

// synced syncs after a commit if that was asked for and the commit did not do it.
func (s *store) synced(err error, d history.Durability) error {
	if err == nil && d == history.Sync && s.db.NoSync {
		err = s.db.Sync()
	}
	return translate(err)
}

func (s *store) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	return translate(s.db.View(func(tx *engine.Tx) error {
		c := tx.Bucket(bucket).Cursor()
		for key, value := c.Seek(from); key != nil; key, value = c.Next() {
			if len(to) > 0 && bytes.Compare(key, to) >= 0 || !visit(key, value) {
				return nil
			}
		}
		return nil
	}))
}

func (s *store) Begin(level workloads.Isolation) (workloads.Txn, error) {
	tx, err := s.db.Begin(level != workloads.ReadOnly)
	if err != nil {
		return nil, translate(err)
	}
	return &txn{s, tx}, nil
}

// Verify checks that every page is referenced exactly once and that the keys are in order.
func (s *store) Verify() error {
	return s.db.View(func(tx *engine.Tx) error {
		var all error
		for err := range tx.Check() {
			all = errors.Join(all, workloads.ErrCorrupt, err)
		}
		return all
	})
}

// Close first makes everything durable.
func (s *store) Close() error { return translate(errors.Join(s.db.Sync(), s.db.Close())) }

// txn presents a bbolt transaction to workloads; there is one writer at a time.
type txn struct {
	s  *store
	tx *engine.Tx
}

func (t *txn) Get(key []byte) ([]byte, bool, error) {
	value, found := get(t.tx, nil, key)
	return value, found, nil
}

// Put copies the value, because bbolt keeps the slice until the commit; it copies the key itself.
func (t *txn) Put(key, value []byte) error {
	return translate(t.tx.Bucket(bucket).Put(key, bytes.Clone(value)))
}

func (t *txn) Delete(key []byte) error { return translate(t.tx.Bucket(bucket).Delete(key)) }

func (t *txn) Commit(d history.Durability) error {
	if !t.tx.Writable() {
		return translate(t.tx.Rollback())
	}
	return t.s.synced(t.tx.Commit(), d)
}

// Rollback ignores the error of a transaction that has already ended.
func (t *txn) Rollback() { _ = t.tx.Rollback() }

// translate marks the errors that drivers handle.
func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, engine.ErrDatabaseNotOpen):
		return errors.Join(workloads.ErrRefused, err)
	case errors.Is(err, engine.ErrChecksum), errors.Is(err, engine.ErrInvalid):
		return errors.Join(workloads.ErrCorrupt, err)
	}
	return err
}
