package apart

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestADeathNamesTheRunsInProgressAndNothingElse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, runningFile))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, crashFile), nil, 0o600))
	c := &Child{Dir: dir, running: f}
	for _, note := range []struct {
		slot  int
		token string
		want  []string
	}{
		{0, "RUN-1-WHOSE-TOKEN-IS-LONGER-THAN-OTHERS", []string{"RUN-1-WHOSE-TOKEN-IS-LONGER-THAN-OTHERS"}},
		{0, "RUN-2", []string{"RUN-2"}},
		{3, "POINT-A", []string{"POINT-A"}}, // the run was recorded
		{1, "POINT-B", []string{"POINT-B", "POINT-A"}},
		{3, "C", []string{"POINT-B", "C"}},
		{1, strings.Repeat("X", slotBytes), []string{"C"}},
		{0, "RUN-3", []string{"RUN-3"}},
	} {
		c.Note(note.slot, note.token)
		began, died := read(dir, 1)
		require.True(t, began)
		assert.Equal(t, note.want, died.Tokens)
	}
	require.NoError(t, c.Done())
	_, died := read(dir, 1)
	assert.Nil(t, died, "it was done")
}
