package judge

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

func TestAFaultExcusesOnlyWhatCameAfterIt(t *testing.T) {
	f, err := plan.FaultNamed("eio")
	require.NoError(t, err)
	r := &record.Recording{Plan: &plan.Plan{Fault: f}, Trace: []faultfs.Op{{Tick: 4}, {Tick: 10, Fault: faultfs.EIO}}}
	for _, c := range []struct {
		returned history.Tick
		want     checker.Verdict
	}{{9, checker.Fail}, {11, checker.Pass}} {
		r.History = []history.Op{{Call: 8, Return: c.returned, Outcome: history.Rejected, Err: "refused"}}
		assert.Equal(t, c.want, New(contract.Target{}, r).unexpectedErrors().Verdict, "answered at tick %d", c.returned)
	}
}
