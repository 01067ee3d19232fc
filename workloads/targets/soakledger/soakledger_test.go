package soakledger_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/targets/soakledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// The lab cuts the power under its own memory: no counted cell may be lost or counted twice. Nightly, this runs with
// every fault.
func TestTheMemoryOfASoakKeepsItsPromises(t *testing.T) {
	t.Parallel()
	o := torture.Options{
		Workloads: []string{"register"}, Faults: []string{"power", "failed-fsync"}, Rounds: 1, Clients: 1, Ops: 6, Keys: 2, CrashPoints: 12, Profile: "posix-min",
	}
	if os.Getenv("LIGHTNING_NIGHTLY") != "" {
		o = torture.Options{Rounds: 4}
	}
	r, err := torture.Check(t.Context(), soakledger.Target(), o)
	require.NoError(t, err)
	require.Empty(t, r.Findings)
	require.NotEqual(t, checker.Fail, r.Verdict)
	require.Greater(t, r.Images, 300)
	require.Positive(t, r.NestedImages)
	require.Positive(t, r.AckedSynced)
	require.Equal(t, r.AckedSynced, r.Recovered)
}
