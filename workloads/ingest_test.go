package workloads_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// ingesting is a store that ingests tables. If below is set, every third table ends up below what the store already
// holds.
type ingesting struct {
	*memstore
	below bool
	taken int
}

func (s *ingesting) Ingest(writes []history.Write, d history.Durability) error {
	s.taken++
	if s.below && s.taken%3 == 0 {
		var left []history.Write
		for _, w := range writes {
			if _, found, _ := s.Get(w.Key); !found {
				left = append(left, w)
			}
		}
		writes = left
	}
	return s.Apply(writes, d)
}

func TestAnIngestedTableIsJudgedAsABatch(t *testing.T) {
	script := generate(t, "kv", 1, workloads.Size{Clients: 2, Ops: 300, Keys: 100, ValueBytes: 20})
	for _, below := range []bool{false, true} {
		store := &ingesting{memstore: newMemstore(none, 1), below: below}
		ops := drive(t, store, script)
		kinds := map[history.Kind]int{}
		for _, op := range ops {
			kinds[op.Kind]++
		}
		require.Equal(t, store.taken, kinds[history.Ingest])
		require.Greater(t, store.taken, 10)
		require.Greater(t, kinds[history.Batch], store.taken, "most batches are not ingested")
		require.Equal(t, below, len(judgeAll(t, script, ops, store)) > 0)
	}
}
