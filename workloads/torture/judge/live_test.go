package judge

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

func TestRefusingWhatIsTooLargeIsNoViolation(t *testing.T) {
	r := &record.Recording{Plan: &plan.Plan{}}
	for err, want := range map[error]checker.Verdict{workloads.ErrTooLarge: checker.Pass, workloads.ErrRefused: checker.Fail} {
		write := []history.Write{{Key: []byte("k")}}
		r.History = []history.Op{{Kind: history.Put, Call: 8, Return: 9, Writes: write, Outcome: history.Rejected, Err: err.Error()}}
		assert.Equal(t, want, New(contract.Target{}, r).unexpectedErrors().Verdict, err)
	}
}

func TestAStoreWithLimitsIsToldWhereToStateThem(t *testing.T) {
	r := &record.Recording{Plan: &plan.Plan{}}
	for size, told := range map[int]bool{8: false, 300: true} {
		write := []history.Write{{Key: make([]byte, size)}}
		r.History = []history.Op{{Kind: history.Put, Call: 8, Return: 9, Writes: write, Err: "file name too long"}}
		found := New(contract.Target{}, r).unexpectedErrors()
		require.Len(t, found.Violations, 1)
		assert.Equal(t, told, len(found.Violations[0].Evidence) > 0, size)
	}
}

func TestNoFaultExcusesACursorGoneAstray(t *testing.T) {
	f, err := plan.FaultNamed("eio")
	require.NoError(t, err)
	r := &record.Recording{Plan: &plan.Plan{Fault: f}, Trace: []faultfs.Op{{Tick: 1, Fault: faultfs.EIO}}}
	r.History = []history.Op{{Kind: history.Cursor, Call: 8, Return: 9, ReadBy: 11, Outcome: history.Acked, Err: workloads.ErrAstray.Error() + ": seek"}}
	found := New(contract.Target{}, r).unexpectedErrors()
	require.Equal(t, checker.Fail, found.Verdict)
	assert.Equal(t, "astray", found.Violations[0].Class)
}

func TestAFaultExcusesOnlyLaterErrors(t *testing.T) {
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

func TestDeletingAbsentKeysMayWriteNothing(t *testing.T) {
	target := contract.Target{Promises: contract.Promises{SyncSurvivesPowerCut: true}}
	for _, c := range []struct {
		deletes bool
		want    checker.Verdict
	}{{true, checker.Pass}, {false, checker.Fail}} {
		r := &record.Recording{Plan: &plan.Plan{}, History: []history.Op{{
			Call: 8, Return: 9, Outcome: history.Acked, Durability: history.Sync, Writes: []history.Write{{Key: []byte("k"), Delete: c.deletes}},
		}}}
		assert.Equal(t, c.want, New(target, r).written().Verdict, "deletes: %t", c.deletes)
	}
}
