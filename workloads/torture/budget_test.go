package torture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// A budget of crash points counts work, not time. It is spent in full and spread over all runs, and the points left out are reported.
func TestABudgetOfCrashPointsIsSpentOnEveryRun(t *testing.T) {
	sameRaces(t)
	o := toyOptions("power", "eio")
	all := check(t, toy.Correct, o)
	o.CrashPoints = 3
	r := check(t, toy.Correct, o)
	require.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
	assert.Equal(t, all.Runs, r.Runs)
	assert.Equal(t, 3*r.Runs, r.CrashPoints)
	assert.Equal(t, all.CrashPoints, r.CrashPoints+r.UnexploredPoints)
	assert.Equal(t, all.TraceHash, r.TraceHash)
	assert.Equal(t, checker.Fail, check(t, toy.NoFileSync, o).Verdict)
}
