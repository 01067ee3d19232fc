package provoked_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/provoked"
)

func TestLightningPassesTheProvokedSituations(t *testing.T) {
	for name, check := range map[string]func() error{
		"writers wait": provoked.Stalls, "the disk is full": provoked.Room, "new directories": provoked.Nested,
		"commits during a sync": provoked.Crossed, "commits in flight": provoked.Flight,
		"a backlog of logs":   provoked.Backlog,
		"stores that diverge": provoked.Diverged, "an unreadable list": provoked.Unlisted, "a rotten value": provoked.Rotted, "lent slices": provoked.Lent, "a long commit": provoked.Long,
		"a repair": provoked.Kept, "a failed write": provoked.Poisoned,
		"similar keys": provoked.Alike, "transactions that conflict": provoked.Conflicts,
		"levels of durability": provoked.Levels, "space": provoked.Bounded, "caches": provoked.Cached,
		"shortened logs of a closed store": provoked.Closed, "shortened logs before another": provoked.Proven,
		"the last page of a disk": provoked.Brim, "two failures": provoked.Causes, "calls that fail": provoked.Failed,
		"copies during commits of large values": provoked.Copied, "rotten large values": provoked.Repaired, "a rotten log": provoked.Salvaged, "snapshots during commits": provoked.Born,
		"writes during a sync": provoked.Claimed, "commits during a write": provoked.Handed, "a busy disk": provoked.Busy,
		"logs that cannot be read": provoked.Unreadable, "files that are missing": provoked.Missing,
		"links that cannot be made": provoked.Linked, "errands that wait": provoked.Waited, "twin commits": provoked.Twins, "repairs of small stores": provoked.Mended, "an update that must wait": provoked.Retried,
	} {
		t.Run(name, func(t *testing.T) { require.NoError(t, check()) })
	}
	for _, check := range append(provoked.Ended(), provoked.Lengths()...) {
		require.NoError(t, check())
	}
}
