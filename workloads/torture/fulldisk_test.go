package torture

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// A full disk must not hide what was found.
func TestAFindingThatCannotBeSavedIsReported(t *testing.T) {
	t.Parallel()
	o := toyOptions("power")
	o.Dir = t.TempDir()
	in := filepath.Join(o.Dir, "findings")
	require.NoError(t, os.WriteFile(in, nil, 0o600)) // no file can be made below it
	r, err := Check(t.Context(), toy.Target(toy.NoDirSync), o)
	require.NoError(t, err)
	require.Equal(t, checker.Fail, r.Verdict)
	require.NotEmpty(t, r.Findings)
	for _, f := range r.Findings {
		assert.Contains(t, f.Unsaved, "not a directory")
		assert.NotEmpty(t, f.Token)
		assert.Empty(t, f.File)
		assert.Empty(t, f.Test)
	}
	require.NoError(t, os.Remove(in))
	r, err = Check(t.Context(), toy.Target(toy.NoDirSync), o)
	require.NoError(t, err)
	assert.Empty(t, r.Findings[0].Unsaved)
	assert.FileExists(t, r.Findings[0].File)
}

// A journal is insurance against the death of the process. If it cannot be written, findings are reported all the same.
func TestAFindingIsReportedWithoutAJournal(t *testing.T) {
	t.Parallel()
	o := toyOptions("power")
	o.Journal = filepath.Join(t.TempDir(), "journal.json")
	o.Running = func(int, string) { _ = os.Mkdir(o.Journal+".next", 0o700) } // from now on, no journal can be written
	r, err := Check(t.Context(), toy.Target(toy.NoDirSync), o)
	require.NoError(t, err)
	require.Equal(t, checker.Fail, r.Verdict)
	_, err = Check(t.Context(), toy.Target(toy.Correct), o)
	require.ErrorIs(t, err, ErrHost, "without a finding, the campaign ends")
}
