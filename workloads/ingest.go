package workloads

import (
	"hash/fnv"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Ingester is implemented by stores that take over tables which were written beside them.
type Ingester interface {
	// Ingest writes a table and has the store take it over: it is applied as by Store.Apply, as one and later than every commit
	// that was acknowledged before. The writes are of different keys, in no order.
	Ingest(writes []history.Write, d history.Durability) error
}

// ingests says that a store which can takes the writes of the step over as a table. That follows from the writes, so that the
// scripts are the same for all stores.
func (s *Step) ingests() bool {
	if s.Kind != history.Batch || s.Range || s.Fill != nil || len(s.Writes) < 2 {
		return false
	}
	h := fnv.New32a()
	keys := map[string]bool{}
	for _, w := range s.Writes {
		keys[string(w.Key)] = true
		_, _ = h.Write(w.Key) // a hash never fails
		_, _ = h.Write(w.Value)
	}
	return len(keys) == len(s.Writes) && h.Sum32()%ingestEach == 0
}

// ingestEach says that one of so many batches is ingested.
const ingestEach = 3

// ingest hands the writes of the step over as a table, if the store takes one; ok is false if not.
func (w *worker) ingest() (ok bool) {
	i, takes := w.store.(Ingester)
	if _, sequenced := w.store.(Sequencer); !takes || sequenced || w.opts.OneByOne || !w.step.ingests() {
		return false
	}
	h := w.rec.Call(w.id, history.Op{Kind: history.Ingest, Writes: w.step.Writes, Durability: w.step.Durability})
	err := plain(i.Ingest(w.step.Writes, w.step.Durability), ErrTooLarge)
	w.rec.Return(h, nil, outcome(err), err)
	return true
}
