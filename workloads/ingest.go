package workloads

import (
	"hash/fnv"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Ingester is implemented by stores that can ingest tables written outside the store.
type Ingester interface {
	// Ingest writes a table and lets the store ingest it. The effect is that of Store.Apply: atomic, and later than
	// every commit acknowledged before the call. The writes are of distinct keys, in no particular order.
	Ingest(writes []history.Write, d history.Durability) error
}

// ingests reports whether the step's writes are to be ingested if the store supports it. This depends only on the
// writes, so that scripts are the same for all stores.
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

// ingestEach: one batch in this many is ingested.
const ingestEach = 3

// ingest ingests the step's writes as a table. ok is false if the store does not support that.
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
