package goleveldb

import (
	"errors"
	"io"

	engine "github.com/syndtr/goleveldb/leveldb"
	damage "github.com/syndtr/goleveldb/leveldb/errors"
	"github.com/syndtr/goleveldb/leveldb/opt"
	disk "github.com/syndtr/goleveldb/leveldb/storage"
	"github.com/syndtr/goleveldb/leveldb/util"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/serial"
)

// store presents a goleveldb database to workloads. The slices that goleveldb returns already belong to the caller.
type store struct {
	db    *engine.DB
	files io.Closer    // nil in memory, because the memory must outlive the store
	stop  func(string) // ends the process
	one   serial.Serializer
}

var (
	_ workloads.Maintainer  = (*store)(nil)
	_ workloads.Transactor  = (*store)(nil)
	_ workloads.CursorMaker = (*store)(nil)
	_ workloads.Snapshotter = (*store)(nil)
	_ workloads.Inspector   = (*store)(nil)
	_ workloads.Syncer      = (*store)(nil)
	_ serial.Engine         = (*store)(nil)
)

func opened(db *engine.DB, files io.Closer, stop func(string), err error) (workloads.Store, error) {
	s := &store{db: db, files: files, stop: stop}
	if err != nil {
		return nil, translate(errors.Join(err, s.closeFiles()))
	}
	return s, nil
}

func (s *store) Get(key []byte) ([]byte, bool, error) { return found(s.db.Get(key, nil)) }

func found(value []byte, err error) ([]byte, bool, error) {
	if errors.Is(err, engine.ErrNotFound) {
		return nil, false, nil
	}
	return value, err == nil, translate(err)
}

func (s *store) Apply(writes []history.Write, d history.Durability) error {
	o := &opt.WriteOptions{Sync: d == history.Sync}
	if len(writes) == 1 {
		if w := writes[0]; w.Delete {
			return translate(s.db.Delete(w.Key, o))
		}
		return translate(s.db.Put(writes[0].Key, writes[0].Value, o))
	}
	b := &engine.Batch{}
	for _, w := range writes {
		if w.Delete {
			b.Delete(w.Key)
		} else {
			b.Put(w.Key, w.Value)
		}
	}
	return translate(s.db.Write(b, o))
}

// Start applies the writes at once; goleveldb has no way to separate the write from the wait for the disk.
func (s *store) Start(writes []history.Write, d history.Durability) (wait func() error, err error) {
	return nil, s.Apply(writes, d)
}

func (s *store) Begin(level workloads.Isolation) (workloads.Txn, error) {
	if level != workloads.ReadOnly {
		return s.one.Begin(s), nil
	}
	snapshot, err := s.db.GetSnapshot()
	if err != nil {
		return nil, translate(err)
	}
	return &serial.Snapshot{
		Read:    func(key []byte) ([]byte, bool, error) { return found(snapshot.Get(key, nil)) },
		Release: func() error { snapshot.Release(); return nil },
	}, nil
}

// Flush writes the memtable to a table, which goleveldb does when it begins a transaction. If that fails on the disk,
// the process has to end: OpenTransaction then keeps the write lock, and everyone who needs it, including Close, waits
// forever; see workloads/TRACKRECORD.md.
func (s *store) Flush() error {
	t, err := s.db.OpenTransaction()
	switch {
	case err == nil:
		t.Discard()
	case !errors.Is(err, engine.ErrClosed) && !errors.Is(err, engine.ErrReadOnly) && !isCorrupted(err):
		s.stop("goleveldb: OpenTransaction: " + err.Error())
	}
	return translate(err)
}

// Sync flushes: goleveldb has no other way to make earlier writes without Sync durable.
func (s *store) Sync() error { return s.Flush() }

func (s *store) Compact() error { return translate(s.db.CompactRange(util.Range{})) }

// Inspect reads the statistics and lists the tables.
func (s *store) Inspect() error {
	_, stats := s.db.GetProperty("leveldb.stats")
	_, tables := s.db.GetProperty("leveldb.sstables")
	return translate(errors.Join(stats, tables))
}

// Close flushes first, because a store of the lab must close durably. goleveldb's Close does not sync its journal, and
// does not promise to.
func (s *store) Close() error {
	flushed := s.Flush()
	if errors.Is(flushed, engine.ErrReadOnly) {
		flushed = nil
	}
	return errors.Join(flushed, translate(errors.Join(s.db.Close(), s.closeFiles())))
}

func (s *store) closeFiles() error {
	if s.files == nil {
		return nil
	}
	return s.files.Close()
}

// translate marks the errors that drivers handle.
func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case isCorrupted(err):
		return errors.Join(workloads.ErrCorrupt, err)
	case errors.Is(err, engine.ErrClosed), errors.Is(err, engine.ErrReadOnly):
		return errors.Join(workloads.ErrRefused, err)
	}
	return err
}

// isCorrupted does what damage.IsCorrupted does, for wrapped errors too.
func isCorrupted(err error) bool {
	_, inFile := errors.AsType[*disk.ErrCorrupted](err)
	_, inStore := errors.AsType[*damage.ErrCorrupted](err)
	return inFile || inStore
}
