package lightning_test

import (
	"testing"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// TestADamagedCopyOfAnEmptyStoreLosesNothing damages the marker of a restored store that has no commits. The result may
// look like a store whose creation was never finished, so opening it read-only may report that there is no store.
func TestADamagedCopyOfAnEmptyStoreLosesNothing(t *testing.T) {
	torture.Reproduce(t, lightning.Target(), torture.Case{
		Script: workloads.Script{
			Workload: "lifecycle", Size: workloads.Size{Clients: 1, Ops: 1, ValueBytes: 100},
			Clients: [][]workloads.Step{{{Kind: history.Backup, Dir: "restored", Source: "backups"}}},
		},
		Fault: "bitrot", Rules: []string{"bitflip rest marker.* seed=3747925549"}, Profile: "posix-min",
	})
}
