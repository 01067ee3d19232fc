package lightning

import (
	"errors"
	"io"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/accounts"
)

// cursor presents an engine.Iterator to workloads.
type cursor struct{ *engine.Iterator }

func (c cursor) Error() error { return translate(c.Iterator.Error()) }
func (c cursor) Close() error { return translate(c.Iterator.Close()) }

func asCursor(it *engine.Iterator, err error) (workloads.Cursor, error) {
	if err != nil {
		return nil, translate(err)
	}
	return cursor{it}, nil
}

func within(b workloads.Bounds) engine.IterOptions {
	return engine.IterOptions{LowerBound: b.From, UpperBound: b.To, Prefix: b.Prefix}
}

// NewCursor returns an iterator of the store.
func (s *store) NewCursor(b workloads.Bounds) (workloads.Cursor, error) {
	return asCursor(s.db.NewIterator(within(b)))
}

// NewCursor returns an iterator of the transaction.
func (t *txn) NewCursor(b workloads.Bounds) (workloads.Cursor, error) {
	return asCursor(t.t.NewIterator(within(b)))
}

// DeleteRange deletes a range in the transaction.
func (t *txn) DeleteRange(from, to []byte) error { return translate(t.t.DeleteRange(from, to)) }

// OpenValue returns a reader of a value.
func (s *store) OpenValue(key []byte) (io.ReadCloser, bool, error) {
	return asStream(s.db.GetReader(key))
}

// NewSnapshot returns a snapshot of the engine; it is not a transaction.
func (s *store) NewSnapshot() (workloads.Snapshot, error) { return &snapshot{s.db.NewSnapshot()}, nil }

// snapshot presents an engine.Snapshot to workloads.
type snapshot struct{ s *engine.Snapshot }

func (s *snapshot) Get(key []byte) ([]byte, bool, error) { return found(s.s.Get(key)) }

func (s *snapshot) NewCursor(b workloads.Bounds) (workloads.Cursor, error) {
	return asCursor(s.s.NewIterator(within(b)))
}

func (s *snapshot) OpenValue(key []byte) (io.ReadCloser, bool, error) {
	return asStream(s.s.GetReader(key))
}

func (s *snapshot) Close() error {
	s.s.Close()
	return nil
}

// stream presents an engine.ValueReader to workloads.
type stream struct{ *engine.ValueReader }

func (s stream) Read(p []byte) (int, error) {
	n, err := s.ValueReader.Read(p)
	if err == io.EOF { //nolint:errorlint // io.Reader requires io.EOF itself, unwrapped
		return n, err
	}
	return n, translate(err)
}

func asStream(r *engine.ValueReader, err error) (io.ReadCloser, bool, error) {
	switch {
	case errors.Is(err, engine.ErrNotFound):
		return nil, false, nil
	case err != nil:
		return nil, false, translate(err)
	}
	return stream{r}, true, nil
}

// Sync commits an empty batch, which waits until everything acknowledged before it is on disk.
func (s *store) Sync() error { return translate(s.db.Apply(&engine.Batch{}, engine.Sync)) }

// ApplyRange applies a batch that deletes a range.
func (s *store) ApplyRange(r workloads.RangeBatch, d history.Durability) (uint64, error) {
	return 0, translate(s.db.Apply(rangeBatch(r), durability(d)))
}

func rangeBatch(r workloads.RangeBatch) *engine.Batch {
	b := batch(r.Before)
	b.DeleteRange(r.From, r.To)
	add(b, r.After)
	return b
}

// Inspect reads the metrics and lists the tables and blob files, and verifies the store.
func (s *store) Inspect() error {
	_ = s.db.Metrics()
	_, tables := s.db.Shape()
	_, blobs := s.db.BlobFiles()
	return translate(errors.Join(tables, blobs, s.db.Verify()))
}

// Rested returns an error if the store has something left to do. See workloads.Rester.
func (s *store) Rested() error { return accounts.Rested(s.db, s.dir, &s.options) }

// Gauges returns figures about what the store consists of. See workloads.Gauger.
func (s *store) Gauges() map[string]float64 {
	m, levels, tables := s.db.Metrics(), 0, 0
	for _, l := range m.Levels {
		if tables += l.Tables; l.Tables > 0 {
			levels++
		}
	}
	return map[string]float64{
		"levels": float64(levels), "tables": float64(tables), "memtables": float64(m.Memtables), "snapshots": float64(m.Snapshots),
		"blob_files": float64(m.BlobFiles), "open_files": float64(m.OpenFiles), "cache_bytes": float64(m.CacheBytes),
		"space_amplification": m.SpaceAmplification(),
	}
}
