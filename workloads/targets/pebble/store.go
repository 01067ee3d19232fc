package pebble

import (
	"errors"
	"io"

	engine "github.com/cockroachdb/pebble/v2"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/serial"
)

// store is a Pebble database as workloads see it.
type store struct {
	db  *engine.DB
	one serial.Serializer
}

var (
	_ workloads.Maintainer   = (*store)(nil)
	_ workloads.RangeDeleter = (*store)(nil)
	_ bench.Getter           = (*store)(nil)
	_ serial.Engine          = (*store)(nil)
)

func (s *store) Get(key []byte) ([]byte, bool, error) { return s.GetInto(nil, key) }

func (s *store) GetInto(dst, key []byte) ([]byte, bool, error) { return get(s.db, dst, key) }

// get copies the value, because Pebble lends it.
func get(r engine.Reader, dst, key []byte) ([]byte, bool, error) {
	value, closer, err := r.Get(key)
	return copied(dst, value, closer, err)
}

func copied(dst, value []byte, closer io.Closer, err error) ([]byte, bool, error) {
	if errors.Is(err, engine.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, translate(err)
	}
	dst = append(dst[:0], value...)
	return dst, true, closer.Close()
}

func (s *store) Apply(writes []history.Write, d history.Durability) error {
	if len(writes) == 1 {
		if w := writes[0]; w.Delete {
			return translate(s.db.Delete(w.Key, durability(d)))
		}
		return translate(s.db.Set(writes[0].Key, writes[0].Value, durability(d)))
	}
	b, err := s.batch(writes)
	if err != nil {
		return err
	}
	return translate(errors.Join(b.Commit(durability(d)), b.Close()))
}

func (s *store) DeleteRange(from, to []byte, d history.Durability) error {
	return translate(s.db.DeleteRange(from, to, durability(d)))
}

func (s *store) batch(writes []history.Write) (*engine.Batch, error) {
	b := s.db.NewBatch()
	for _, w := range writes {
		var err error
		if w.Delete {
			err = b.Delete(w.Key, nil)
		} else {
			err = b.Set(w.Key, w.Value, nil)
		}
		if err != nil {
			return nil, errors.Join(err, b.Close())
		}
	}
	return b, nil
}

// Start applies the writes now and lets the caller wait for the disk.
func (s *store) Start(writes []history.Write, d history.Durability) (wait func() error, err error) {
	if d != history.Sync {
		return nil, s.Apply(writes, d)
	}
	b, err := s.batch(writes)
	if err != nil {
		return nil, err
	}
	if err := s.db.ApplyNoSyncWait(b, engine.Sync); err != nil {
		return nil, translate(err) // NB: a batch that was not waited for must not be closed
	}
	return func() error { return translate(errors.Join(b.SyncWait(), b.Close())) }, nil
}

func (s *store) Scan(from, to []byte, visit func(key, value []byte) bool) (err error) {
	o := &engine.IterOptions{}
	if len(from) > 0 {
		o.LowerBound = from
	}
	if len(to) > 0 {
		o.UpperBound = to
	}
	it, err := s.db.NewIter(o)
	if err != nil {
		return translate(err)
	}
	defer func() { err = translate(errors.Join(err, it.Close())) }()
	for ok := it.First(); ok; ok = it.Next() {
		if !visit(it.Key(), it.Value()) {
			return nil
		}
	}
	return it.Error()
}

func (s *store) Begin(level workloads.Isolation) (workloads.Txn, error) {
	if level != workloads.ReadOnly {
		return s.one.Begin(s), nil
	}
	snapshot := s.db.NewSnapshot()
	return &serial.Snapshot{
		Read:    func(key []byte) ([]byte, bool, error) { return get(snapshot, nil, key) },
		Release: snapshot.Close,
	}, nil
}

func (s *store) Flush() error { return translate(s.db.Flush()) }
func (s *store) Close() error { return translate(s.db.Close()) }

func durability(d history.Durability) *engine.WriteOptions {
	if d == history.Sync {
		return engine.Sync
	}
	return engine.NoSync
}

// translate marks the errors that mean something to a driver.
func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case engine.IsCorruptionError(err):
		return errors.Join(workloads.ErrCorrupt, err)
	case errors.Is(err, engine.ErrClosed):
		return errors.Join(workloads.ErrRefused, err)
	}
	return err
}
