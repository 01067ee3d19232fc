package lightning_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func TestLightningIsALog(t *testing.T) {
	r := torture.Run(t, lightning.LogTarget(), torture.Options{
		Faults: []string{"power", "killed", "eio", "bitrot"}, Rounds: 1, Keys: 40, Ops: 12, CrashPoints: crashPoints(24),
	})
	assert.Positive(t, r.NestedImages)
	assert.Equal(t, r.AckedSynced, r.Recovered)
}
