package sqlite_test

import (
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/targets/sqlite"
	"github.com/lightningdb/lightning-torture/workloads/targets/targettest"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func TestAsTarget(t *testing.T) {
	for _, target := range []torture.Target{sqlite.Target(), sqlite.WAL()} {
		t.Run(target.Name, func(t *testing.T) { targettest.Run(t, afero.NewOsFs(), target.Open) })
		t.Run(target.Name+" on a faultfs", func(t *testing.T) { targettest.Run(t, faultfs.New(faultfs.Options{}), target.Open) })
	}
}

// With synchronous=FULL the removal of the rollback journal is not synced. The documentation promises durability only of
// EXTRA, and the lab must see the difference.
func TestFullIsLessThanExtra(t *testing.T) {
	target := sqlite.Target()
	target.Open = func(env torture.Env) (workloads.Store, error) {
		return sqlite.Open(env, "PRAGMA journal_mode = delete; PRAGMA synchronous = full")
	}
	r, err := torture.Check(t.Context(), target, torture.Options{
		Workloads: []string{"kv"}, Faults: []string{"power"}, Seed: 1, Rounds: 1, StopAfter: 1, Ops: 30, Keys: 30, CrashPoints: 8, Dir: t.TempDir(),
	})
	require.NoError(t, err)
	require.Equal(t, checker.Fail, r.Verdict)
}
