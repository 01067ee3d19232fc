package workloads_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// No workload exceeds the limits of the store, neither in scripts nor in what it draws at run time, and some reach
// them.
func TestWorkloadsKeepToTheLargestSizes(t *testing.T) {
	largest := workloads.Largest{KeyBytes: 64, ValueBytes: 256, BatchBytes: 16 << 10}
	require.NoError(t, largest.Check())
	most := workloads.Largest{}
	for _, w := range workloads.All() {
		for seed := range uint64(3) {
			script := w.Generate(seed, workloads.Size{Clients: 2, Ops: 150, Keys: 120, ValueBytes: 400, Largest: largest}).Within()
			for _, steps := range script.Clients {
				for i := range steps {
					if steps[i].Log != nil {
						total := 0
						for _, n := range steps[i].Log.Sizes {
							require.LessOrEqual(t, n, largest.ValueBytes)
							total += n
						}
						require.LessOrEqual(t, total, largest.BatchBytes)
					}
				}
			}
			if w.Log {
				continue
			}
			for _, op := range drive(t, newMemstore(none, 1), script) {
				total := 0
				for _, w := range op.Writes {
					total += len(w.Key) + len(w.Value)
					most.KeyBytes, most.ValueBytes = max(most.KeyBytes, len(w.Key)), max(most.ValueBytes, len(w.Value))
				}
				if len(op.Writes) == 0 || !slices.ContainsFunc(op.Writes, func(w history.Write) bool { return w.Delete }) {
					most.BatchBytes = max(most.BatchBytes, total) // a range takes a few bytes, whatever it covers
				}
			}
		}
	}
	require.LessOrEqual(t, most.KeyBytes, largest.KeyBytes)
	require.Equal(t, most.ValueBytes, largest.ValueBytes)
	require.LessOrEqual(t, most.BatchBytes, largest.BatchBytes)
	require.Greater(t, most.BatchBytes, largest.BatchBytes/2)
}

func TestLimitsBelowWhatWorkloadsNeedAreNamed(t *testing.T) {
	l := workloads.Largest{KeyBytes: 8, ValueBytes: 1000, BatchBytes: 100}
	require.EqualError(t, l.Check(), "KeyBytes is 8: the workloads need at least 64\nBatchBytes is 100: the workloads need at least 16384")
	require.Equal(t, []string{"keys of more than 8 bytes", "values of more than 1000 bytes", "batches of more than 100 bytes"}, l.Beyond())
	require.Empty(t, workloads.Largest{}.Beyond())
}
