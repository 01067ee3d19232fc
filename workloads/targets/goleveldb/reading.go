package goleveldb

import (
	engine "github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/iterator"
	"github.com/syndtr/goleveldb/leveldb/util"

	"github.com/lightningdb/lightning-torture/workloads"
)

// cursor presents an iterator to workloads.
type cursor struct{ iterator.Iterator }

func (c cursor) SeekGE(key []byte) bool { return c.Seek(key) }

func (c cursor) SeekLT(key []byte) bool {
	if c.Seek(key) {
		return c.Prev()
	}
	return c.Last()
}

func (c cursor) Error() error { return translate(c.Iterator.Error()) }

func (c cursor) Close() error {
	c.Release()
	return nil
}

func within(b workloads.Bounds) *util.Range {
	from, to := b.Range()
	return &util.Range{Start: from, Limit: to}
}

// NewCursor returns an iterator of the store.
func (s *store) NewCursor(b workloads.Bounds) (workloads.Cursor, error) {
	return cursor{s.db.NewIterator(within(b), nil)}, nil
}

func (s *store) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	it := s.db.NewIterator(within(workloads.Bounds{From: from, To: to}), nil)
	defer it.Release()
	for it.Next() && visit(it.Key(), it.Value()) {
	}
	return translate(it.Error())
}

// snapshot presents an engine.Snapshot to workloads.
type snapshot struct{ s *engine.Snapshot }

// NewSnapshot returns a snapshot of the engine.
func (s *store) NewSnapshot() (workloads.Snapshot, error) {
	view, err := s.db.GetSnapshot()
	if err != nil {
		return nil, translate(err)
	}
	return snapshot{view}, nil
}

func (v snapshot) Get(key []byte) ([]byte, bool, error) { return found(v.s.Get(key, nil)) }

// NewCursor returns an iterator of the snapshot.
func (v snapshot) NewCursor(b workloads.Bounds) (workloads.Cursor, error) {
	return cursor{v.s.NewIterator(within(b), nil)}, nil
}

func (v snapshot) Close() error {
	v.s.Release()
	return nil
}
