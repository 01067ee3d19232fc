package bench

import (
	"time"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// batchEntries is the number of entries in a batch.
const batchEntries = 100

// puts measures commits into an empty store, one entry each or a batch of them.
func (s *session) puts(t trial) (Measurement, error) {
	w, limit := t.work, bulkLimit
	if w.durability == history.Sync {
		limit = syncLimit
	}
	written, perOp := writtenBytes(), 1
	if w.figure == entries {
		perOp = batchEntries
	}
	all, err := s.putAll(t, limit, perOp, w.durability)
	if err != nil {
		return Measurement{}, err
	}
	m := all.measurement(perOp)
	return m, s.amplification(&m, written, s.loaded)
}

// putAll puts the entries that are not yet in the store, perOp with each commit.
func (s *session) putAll(t trial, limit time.Duration, perOp int, d history.Durability) (tally, error) {
	p := plan{t.goroutines, max(1, s.Entries/perOp), limit, 8}
	if perOp > 1 || d == history.Sync {
		p.every = 1
	}
	all, err := s.measured(t, p, s.putter(perOp, d))
	s.loaded = all.ops * perOp
	return all, err
}

// putBatches prepares a store: it puts entries in batches, as putAll does.
func (s *session) putBatches(goroutines int, limit time.Duration, d history.Durability) (tally, error) {
	all, err := drive(plan{goroutines, (s.Entries + batchEntries - 1) / batchEntries, limit, 1}, s.putter(batchEntries, d))
	s.loaded = min(all.ops*batchEntries, s.Entries)
	return all, err
}

// putter returns functions that put batch i: perOp entries from i*perOp on, as far as they exist.
func (s *session) putter(perOp int, d history.Durability) func(int) func(int) error {
	return func(int) func(int) error {
		writes := newWrites(perOp)
		return func(i int) error {
			from := i * perOp
			batch := writes[:min(perOp, max(s.Entries, perOp)-from)]
			for j := range batch {
				putKey(batch[j].Key, uint64(from+j))
				putValue(batch[j].Value, uint64(from+j), 0)
			}
			return s.store.Apply(batch, d)
		}
	}
}

// newWrites returns n writes with room for a key and a value each, to be reused for every commit.
func newWrites(n int) []history.Write {
	writes := make([]history.Write, n)
	for i := range writes {
		entry := make([]byte, entryBytes)
		writes[i] = history.Write{Key: entry[:keyBytes:keyBytes], Value: entry[keyBytes:]}
	}
	return writes
}

// amplification waits for maintenance, checks the store, closes it, and records its disk usage. written is the number
// of bytes written before the given number of puts began.
func (s *session) amplification(m *Measurement, written int64, puts int) error {
	settle(settleLimit)
	space, err := diskBytes(s.Dir)
	if err != nil {
		return err
	}
	m.SpaceAmp = float64(space) / float64(s.loaded*entryBytes)
	if err := s.verify(); err != nil {
		return err
	}
	if err := s.close(); err != nil {
		return err
	}
	m.WriteAmp = float64(writtenBytes()-written) / float64(puts*entryBytes)
	return nil
}
