package provoked

import (
	"context"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// The helpers of the checks report what they should. The mutants in ci/mutants show the same for the checks as a whole.
func TestTheHelpersOfTheChecksReportFaults(t *testing.T) {
	disk, pairs, err := filled(20)
	require.NoError(t, err)
	require.NoError(t, holds(disk, storeDir, pairs))
	require.NoError(t, allClosed(disk))

	db, err := engine.Open(storeDir, options(disk, true))
	require.NoError(t, err)
	require.ErrorIs(t, allClosed(disk), ErrWrong, "the store is open")
	require.NoError(t, db.Put([]byte("more"), nil, engine.NoSync))
	require.ErrorIs(t, shows(db, pairs), ErrWrong, "the store has one pair too many")
	pairs["more"] = ""
	require.NoError(t, shows(db, pairs))
	cut := cutSurvived(disk, faultfs.LoseAll(), pairs)
	require.ErrorIs(t, cut.Check(), ErrWrong, "the last commit was not synced")
	delete(pairs, "more")
	require.NoError(t, cut.Check())
	require.NoError(t, db.Close())
	require.NoError(t, allClosed(disk))
	require.ErrorIs(t, holds(disk, "nowhere", pairs), engine.ErrMissing)

	require.NoError(t, exactly("tables", 3, 3))
	require.ErrorIs(t, exactly("tables", 4, 3), ErrWrong)
}

func TestACallThatHangsIsReported(t *testing.T) {
	hangs := make(chan error)
	assert.ErrorIs(t, mustReturn(func() error { return <-hangs }), errHangs)
	assert.NoError(t, mustReturn(func() error { return nil }))
	close(hangs)
}

// An errand is interrupted at the first calls of each kind, and at the last.
func TestTheCallsAtWhichAnErrandIsInterrupted(t *testing.T) {
	disk, pairs, err := filled(40)
	require.NoError(t, err)
	compact := &errands()[1]
	require.Equal(t, "Compact", compact.name)
	calls, err := compact.calls(disk, pairs)
	require.NoError(t, err)
	assert.Contains(t, calls, call{faultfs.OpCreate, "*.sst*", 1})
	last := map[call]uint64{}
	for _, c := range calls {
		last[call{op: c.op, files: c.files}] = c.n
	}
	assert.Greater(t, last[call{op: faultfs.OpCreate, files: "*.sst*"}], uint64(1), "it makes several tables")
}

// An errand that ignores an error of the disk is noticed by its report.
func TestAnErrandThatIgnoresAnErrorIsNoticed(t *testing.T) {
	disk, pairs, err := filled(20)
	require.NoError(t, err)
	e := errand{files: true, do: func(_ context.Context, _ *engine.DB, o engine.Options) (any, error) {
		dir, _ := afero.ReadDir(o.FS, storeDir)
		return len(dir), nil
	}}
	calls, err := e.calls(atRest(disk), pairs)
	require.NoError(t, err)
	list := call{faultfs.OpList, storeDir, 1}
	require.Contains(t, calls, list)
	require.ErrorContains(t, e.at(disk, pairs, list), "reports 0 instead of")
}
