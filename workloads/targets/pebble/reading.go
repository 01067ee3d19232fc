package pebble

import (
	"errors"

	engine "github.com/cockroachdb/pebble/v2"

	"github.com/lightningdb/lightning-torture/workloads"
)

// cursor presents an engine.Iterator to workloads.
type cursor struct{ *engine.Iterator }

func (c cursor) SeekGE(key []byte) bool { return c.Iterator.SeekGE(key) }
func (c cursor) SeekLT(key []byte) bool { return c.Iterator.SeekLT(key) }
func (c cursor) Error() error           { return translate(c.Iterator.Error()) }
func (c cursor) Close() error           { return translate(c.Iterator.Close()) }

func newCursor(r engine.Reader, b workloads.Bounds) (workloads.Cursor, error) {
	it, err := r.NewIter(within(b))
	if err != nil {
		return nil, translate(err)
	}
	return cursor{it}, nil
}

// NewCursor returns an iterator of the store.
func (s *store) NewCursor(b workloads.Bounds) (workloads.Cursor, error) { return newCursor(s.db, b) }

func (s *store) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	it, err := s.db.NewIter(within(workloads.Bounds{From: from, To: to}))
	if err != nil {
		return translate(err)
	}
	for ok := it.First(); ok && visit(it.Key(), it.Value()); ok = it.Next() {
	}
	return translate(errors.Join(it.Error(), it.Close()))
}

// snapshot presents an engine.Snapshot to workloads.
type snapshot struct{ *engine.Snapshot }

// NewSnapshot returns a snapshot of the engine.
func (s *store) NewSnapshot() (workloads.Snapshot, error) { return snapshot{s.db.NewSnapshot()}, nil }

func (s snapshot) Get(key []byte) ([]byte, bool, error) { return get(s.Snapshot, nil, key) }

// NewCursor returns an iterator of the snapshot.
func (s snapshot) NewCursor(b workloads.Bounds) (workloads.Cursor, error) {
	return newCursor(s.Snapshot, b)
}

func within(b workloads.Bounds) *engine.IterOptions {
	o := &engine.IterOptions{}
	o.LowerBound, o.UpperBound = b.Range()
	return o
}
