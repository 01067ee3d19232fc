package lightning_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Every one-step script (nightly, every two-step script) survives every crash with every disk it can leave, and every
// crash of the recovery.
func TestLightningIsProvedInTheSmallScope(t *testing.T) {
	steps, profiles := 1, []string{"posix-min"}
	switch {
	case os.Getenv("LIGHTNING_NIGHTLY") != "":
		steps, profiles = 2, append(profiles, "ext4-ordered")
	case testing.Short():
		t.Skip("TestLightningKeepsItsPromises covers the same races; run without -short")
	}
	for _, profile := range profiles {
		r, err := torture.Check(t.Context(), lightning.Target(), torture.Options{Scenario: "small", Ops: steps, Profile: profile})
		require.NoError(t, err)
		assert.Equal(t, checker.Pass, r.Verdict, "%s: %v %+v", profile, r.Reasons, r.Findings)
		assert.True(t, r.Scope.Proved(), "%s: %+v", profile, r.Scope)
		t.Logf("%s: %+v, %d crash points, %d images", profile, r.Scope, r.CrashPoints, r.Images)
	}
}
