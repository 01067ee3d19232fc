package workloads_test

import (
	"bytes"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// comparing is a memstore with a CompareAndSet of its own.
type comparing struct {
	*memstore
	blind bool // sets without comparing
}

func (c *comparing) CompareAndSet(want []byte, w history.Write, _ history.Durability) (done bool, seq uint64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	held, found := c.at(w.Key, c.seq)
	if !c.blind && (found != (want != nil) || !bytes.Equal(held, want)) {
		return false, 0, nil
	}
	c.apply([]history.Write{w})
	return true, 0, nil
}

// TestRegistersAreUpdated checks that compare-and-sets hit and miss, that numbers and texts grow, and that all judges
// agree, whether the store compares or a transaction does.
func TestRegistersAreUpdated(t *testing.T) {
	hits, missed, numbers, texts := 0, 0, 0, 0
	for seed := range judgedSeeds() {
		script := generate(t, "swap", seed, workloads.Size{Clients: 1 + int(seed%4), Ops: 150, ValueBytes: 40})
		mem := newMemstore(none, 1)
		for _, store := range []workloads.Store{mem, &comparing{memstore: newMemstore(none, 1)}} {
			ops := drive(t, store, script)
			if c, ok := store.(*comparing); ok {
				mem = c.memstore
			}
			require.Empty(t, judgeAll(t, script, ops, mem), "seed %d", seed)
			for i := range ops {
				switch op := &ops[i]; {
				case op.Kind == history.CAS && op.Missed:
					missed++
				case op.Kind == history.CAS && op.Outcome == history.Acked:
					hits++
				case op.Kind == history.Increment && bytes.HasPrefix(op.Writes[0].Value, []byte("1 ")):
					numbers++
				case op.Kind == history.Append && len(op.Reads[0].Value) > 0 && bytes.HasPrefix(op.Writes[0].Value, op.Reads[0].Value):
					texts++
				}
			}
		}
	}
	require.Positive(t, min(hits, missed, numbers, texts), "%d hits, %d misses, %d numbers, %d texts", hits, missed, numbers, texts)
}

func TestAStoreThatSetsWithoutComparingIsCaught(t *testing.T) {
	found := map[string]checker.Violation{}
	for seed := uint64(1); len(found) == 0 && seed <= 40; seed++ {
		script := generate(t, "swap", seed, workloads.Size{Clients: 1, Ops: 100, ValueBytes: 40})
		store := &comparing{newMemstore(none, 1), true}
		maps.Copy(found, judgeAll(t, script, drive(t, store, script), store.memstore))
	}
	require.Contains(t, found, "linearizability: not linearizable")
	t.Log(found["linearizability: not linearizable"].Sentence)
}
