package badger

import (
	"bytes"
	"errors"

	engine "github.com/dgraph-io/badger/v4"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// store presents a Badger database to workloads.
type store struct {
	db    *engine.DB
	syncs bool // every commit syncs by itself
}

var (
	_ workloads.Maintainer = (*store)(nil)
	_ workloads.Transactor = (*store)(nil)
	_ bench.Getter         = (*store)(nil)
)

func (s *store) Get(key []byte) ([]byte, bool, error) { return s.GetInto(nil, key) }

func (s *store) GetInto(dst, key []byte) ([]byte, bool, error) {
	t := s.db.NewTransaction(false)
	defer t.Discard()
	return get(t, dst, key)
}

func get(t *engine.Txn, dst, key []byte) ([]byte, bool, error) {
	item, err := t.Get(key)
	if errors.Is(err, engine.ErrKeyNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, translate(err)
	}
	value, err := item.ValueCopy(dst)
	return value, err == nil, translate(err)
}

func (s *store) Apply(writes []history.Write, d history.Durability) error {
	t := s.db.NewTransaction(true)
	defer t.Discard()
	for _, w := range writes {
		var err error
		if w.Delete {
			err = t.Delete(w.Key)
		} else {
			err = t.Set(w.Key, w.Value)
		}
		if err != nil {
			return translate(err)
		}
	}
	return s.commit(t, d)
}

// commit commits, and then syncs if that was asked for and the commit did not do it.
func (s *store) commit(t *engine.Txn, d history.Durability) error {
	if err := t.Commit(); err != nil || d != history.Sync || s.syncs {
		return translate(err)
	}
	return translate(s.db.Sync())
}

func (s *store) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	t := s.db.NewTransaction(false)
	defer t.Discard()
	it := t.NewIterator(engine.DefaultIteratorOptions)
	defer it.Close()
	for it.Seek(from); it.Valid(); it.Next() {
		item := it.Item()
		if len(to) > 0 && bytes.Compare(item.Key(), to) >= 0 {
			return nil
		}
		ended := false
		err := item.Value(func(value []byte) error {
			ended = !visit(item.Key(), value)
			return nil
		})
		if err != nil || ended {
			return translate(err)
		}
	}
	return nil
}

func (s *store) Begin(level workloads.Isolation) (workloads.Txn, error) {
	return &txn{s, s.db.NewTransaction(level != workloads.ReadOnly)}, nil
}

// Flush does nothing: Badger has no call for it.
func (s *store) Flush() error { return nil }

func (s *store) Compact() error { return translate(s.db.Flatten(2)) }
func (s *store) Close() error   { return translate(s.db.Close()) }

// txn presents a Badger transaction to workloads. All of them are serializable.
type txn struct {
	s *store
	t *engine.Txn
}

func (t *txn) Get(key []byte) ([]byte, bool, error) { return get(t.t, nil, key) }

// Put copies the slices, because Badger keeps them until the commit.
func (t *txn) Put(key, value []byte) error {
	return translate(t.t.Set(bytes.Clone(key), bytes.Clone(value)))
}

func (t *txn) Delete(key []byte) error { return translate(t.t.Delete(bytes.Clone(key))) }

func (t *txn) Commit(d history.Durability) error { return t.s.commit(t.t, d) }

func (t *txn) Rollback() { t.t.Discard() }

// translate marks the errors that drivers handle.
func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, engine.ErrConflict):
		return errors.Join(workloads.ErrConflict, err)
	case errors.Is(err, engine.ErrDBClosed), errors.Is(err, engine.ErrBlockedWrites):
		return errors.Join(workloads.ErrRefused, err)
	}
	return err
}
