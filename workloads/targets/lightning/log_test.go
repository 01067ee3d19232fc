package lightning_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func TestLightningIsALog(t *testing.T) {
	o := torture.Options{Faults: []string{"power", "killed", "eio", "bitrot"}, Rounds: 1, Keys: 40, Ops: 12, CrashPoints: crashPoints(24)}
	if testing.Short() {
		o.Faults, o.CrashPoints = []string{"power", "eio"}, 4 // the other faults fail in the same goroutines
	}
	r := torture.Run(t, lightning.LogTarget(), o)
	assert.Positive(t, r.NestedImages)
	assert.Equal(t, r.AckedSynced, r.Recovered)
}
