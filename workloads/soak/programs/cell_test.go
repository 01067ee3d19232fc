package programs

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

func TestCrashesDuringRecoveryAreImagesToo(t *testing.T) {
	t.Parallel()
	c := cellOf(&program.Result{Profile: "xfs", Tally: program.Tally{Images: 5, Nested: 3, Points: 2}, Passed: true})
	require.Equal(t, &ledger.Cell{Outcome: ledger.Passed, Runs: 1, CrashPoints: 2, Images: 8, Nested: 3, Profiles: map[string]int{"xfs": 8}}, c)
}
