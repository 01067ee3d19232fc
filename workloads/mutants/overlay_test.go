package mutants_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/mutants"
)

func TestApply(t *testing.T) {
	const source = "a\nb\nb\nlast b\nc"
	for _, row := range []struct{ name, old, replacement, want, wrong string }{
		{"lines in the middle are replaced", "b\nb\n", "x\n", "a\nx\nlast b\nc", ""},
		{"the first line is found", "a\n", "x\n", "x\nb\nb\nlast b\nc", ""},
		{"without new lines, the old ones are removed", "last b\n", "", "a\nb\nb\nc", ""},
		{"the end of a line is not a line", "t b\n", "x\n", "", "f.go does not contain"},
		{"the start of a line is not a line", "last\n", "x\n", "", "f.go does not contain"},
		{"adjacent equal lines are two matches", "b\n", "x\n", "", "f.go contains these lines more than once"},
		{"lines that are not there", "z\n", "x\n", "", "f.go does not contain"},
	} {
		t.Run(row.name, func(t *testing.T) {
			root := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(root, "f.go"), []byte(source), 0o600))
			m := mutants.Mutant{Name: "03-m", Edits: []mutants.Edit{{File: "f.go", Line: 9, Old: row.old, New: row.replacement}}}
			changed, err := m.Apply(root)
			if row.wrong != "" {
				require.ErrorIs(t, err, mutants.ErrStale)
				require.ErrorContains(t, err, "03-m line 9: "+row.wrong)
				return
			}
			require.NoError(t, err)
			require.Equal(t, map[string]string{"f.go": row.want}, changed)
		})
	}
}

func TestApplyTwiceToOneFile(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "f.go"), []byte("a\nb\n"), 0o600))
	m := mutants.Mutant{Edits: []mutants.Edit{
		{File: "f.go", Old: "a\n", New: "x\n"},
		{File: "f.go", Old: "b\n", New: "y\n"},
	}}
	changed, err := m.Apply(root)
	require.NoError(t, err)
	require.Equal(t, "x\ny\n", changed["f.go"])
}

func TestApplyNamesAMissingFile(t *testing.T) {
	m := mutants.Mutant{Name: "04-m", Edits: []mutants.Edit{{File: "gone.go", Old: "a\n"}}}
	_, err := m.Apply(t.TempDir())
	require.ErrorIs(t, err, mutants.ErrStale)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "04-m")
}

func TestWriteOverlayLeavesTheSourceAlone(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	source := filepath.Join(root, "sub", "f.go")
	require.NoError(t, os.Mkdir(filepath.Dir(source), 0o700))
	require.NoError(t, os.WriteFile(source, []byte("a\n"), 0o600))
	m := mutants.Mutant{Edits: []mutants.Edit{{File: "sub/f.go", Old: "a\n", New: "b\n"}}}
	name, err := m.WriteOverlay(root, dir)
	require.NoError(t, err)

	text, err := os.ReadFile(name)
	require.NoError(t, err)
	var overlay struct{ Replace map[string]string }
	require.NoError(t, json.Unmarshal(text, &overlay))
	require.Len(t, overlay.Replace, 1)
	copied, err := os.ReadFile(overlay.Replace[source])
	require.NoError(t, err)
	require.Equal(t, "b\n", string(copied))
	original, err := os.ReadFile(source)
	require.NoError(t, err)
	require.Equal(t, "a\n", string(original))
}
