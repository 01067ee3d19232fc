package provoked_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/provoked"
)

func TestLightningPassesTheProvokedSituations(t *testing.T) {
	for _, check := range provoked.Checks() {
		t.Run(check.Name, func(t *testing.T) { require.NoError(t, check.Run()) })
	}
}
