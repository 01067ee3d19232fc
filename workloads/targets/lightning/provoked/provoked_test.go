package provoked_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/provoked"
)

// alone are the checks in which only one goroutine uses a store.
var alone = []string{
	"Nested", "Poisoned", "Kept", "Alike", "Unlisted", "Diverged", "Rotted", "Lent", "Conflicts", "Levels", "Bounded", "Scattered", "Cached", "Brim", "Failed",
	"Repaired", "Salvaged", "Unreadable", "Missing", "Linked", "Mended", "Ended", "Lengths", "Told", "Marked", "Killed",
}

func TestLightningPassesTheProvokedSituations(t *testing.T) {
	for _, check := range provoked.Checks() {
		t.Run(check.Name, func(t *testing.T) {
			if testing.Short() && slices.Contains(alone, strings.TrimPrefix(check.Name, "provoked.")) {
				t.Skip("one goroutine cannot race; run without -short")
			}
			require.NoError(t, check.Run())
		})
	}
}
