package pebble

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	engine "github.com/cockroachdb/pebble/v2"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/serial"
)

// store presents a Pebble database to workloads.
type store struct {
	db     *engine.DB
	tables *tables
	one    serial.Serializer
}

var (
	_ workloads.Maintainer   = (*store)(nil)
	_ workloads.Transactor   = (*store)(nil)
	_ workloads.RangeDeleter = (*store)(nil)
	_ workloads.RangeBatcher = (*store)(nil)
	_ workloads.Ingester     = (*store)(nil)
	_ workloads.CursorMaker  = (*store)(nil)
	_ workloads.Snapshotter  = (*store)(nil)
	_ workloads.Syncer       = (*store)(nil)
	_ workloads.Checkpointer = (*store)(nil)
	_ workloads.Verifier     = (*store)(nil)
	_ workloads.Inspector    = (*store)(nil)
	_ bench.Getter           = (*store)(nil)
	_ serial.Engine          = (*store)(nil)
)

func (s *store) Get(key []byte) ([]byte, bool, error) { return s.GetInto(nil, key) }

func (s *store) GetInto(dst, key []byte) ([]byte, bool, error) { return get(s.db, dst, key) }

// get copies the value, because Pebble only lends it.
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
	if err := fit(writes); err != nil {
		return err
	}
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

// ApplyRange applies a batch that deletes a range.
func (s *store) ApplyRange(r workloads.RangeBatch, d history.Durability) (uint64, error) {
	b := s.db.NewBatch()
	err := errors.Join(add(b, r.Before), b.DeleteRange(r.From, r.To, nil), add(b, r.After))
	if err == nil {
		err = b.Commit(durability(d))
	}
	return 0, translate(errors.Join(err, b.Close()))
}

func (s *store) batch(writes []history.Write) (*engine.Batch, error) {
	b := s.db.NewBatch()
	if err := add(b, writes); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// errEmptyKey is returned for an empty key, which Pebble cannot always flush: a block whose only key is the empty one
// makes it panic; see workloads/TRACKRECORD.md.
var errEmptyKey = fmt.Errorf("%w: pebble: a key must have at least one byte", workloads.ErrTooLarge)

func fit(writes []history.Write) error {
	if slices.ContainsFunc(writes, func(w history.Write) bool { return len(w.Key) == 0 }) {
		return errEmptyKey
	}
	return nil
}

func add(b *engine.Batch, writes []history.Write) error {
	if err := fit(writes); err != nil {
		return err
	}
	for _, w := range writes {
		var err error
		if w.Delete {
			err = b.Delete(w.Key, nil)
		} else {
			err = b.Set(w.Key, w.Value, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Start applies the writes and returns a function that waits for the disk.
func (s *store) Start(writes []history.Write, d history.Durability) (wait func() error, err error) {
	if d != history.Sync {
		return nil, s.Apply(writes, d)
	}
	b, err := s.batch(writes)
	if err != nil {
		return nil, err
	}
	if err := s.db.ApplyNoSyncWait(b, engine.Sync); err != nil {
		return nil, translate(err) // NB: a batch must not be closed before SyncWait
	}
	return func() error { return translate(errors.Join(b.SyncWait(), b.Close())) }, nil
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

func (s *store) Flush() error  { return translate(s.db.Flush()) }
func (s *store) Verify() error { return translate(s.db.CheckLevels(nil)) }
func (s *store) Close() error  { return translate(s.db.Close()) }

// Compact merges everything into the last level.
func (s *store) Compact() error {
	return translate(s.db.Compact(context.Background(), nil, bytes.Repeat([]byte{0xff}, 64), true))
}

// Sync writes an empty record to the log and syncs it.
func (s *store) Sync() error { return translate(s.db.LogData(nil, engine.Sync)) }

// Checkpoint also copies what is still in the log's buffer.
func (s *store) Checkpoint(dir string) error {
	return translate(s.db.Checkpoint(dir, engine.WithFlushedWAL()))
}

// Inspect reads the metrics and lists the tables.
func (s *store) Inspect() error {
	_ = s.db.Metrics().String()
	_, err := s.db.SSTables()
	return translate(err)
}

func durability(d history.Durability) *engine.WriteOptions {
	if d == history.Sync {
		return engine.Sync
	}
	return engine.NoSync
}

// translate marks the errors that drivers handle.
func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case engine.IsCorruptionError(err):
		return errors.Join(workloads.ErrCorrupt, err)
	case errors.Is(err, engine.ErrClosed), errors.Is(err, engine.ErrReadOnly):
		return errors.Join(workloads.ErrRefused, err)
	}
	return err
}
