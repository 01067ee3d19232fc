package mutants_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/mutants"
)

const good = `class: durability
bug: A table was
  never synced.
reference: none known
killed-by: the durability judge
flags: --workload kv --fault power-cut

--- engine/a.go
@@
 keep
-old

-older
+new

@@
-second
--- engine/b.go
@@
 anchor
+added
`

func TestParseReadsHeaderAndEdits(t *testing.T) {
	m, err := mutants.Parse("01-x", good)
	require.NoError(t, err)
	require.Equal(t, mutants.Mutant{
		Name: "01-x", Class: "durability", Bug: "A table was never synced.", Reference: "none known",
		KilledBy: "the durability judge",
		Flags:    []string{"--workload", "kv", "--fault", "power-cut"},
		Edits: []mutants.Edit{
			{File: "engine/a.go", Line: 9, Old: "keep\nold\n\nolder\n", New: "keep\n\nnew\n"},
			{File: "engine/a.go", Line: 16, Old: "second\n", New: ""},
			{File: "engine/b.go", Line: 19, Old: "anchor\n", New: "anchor\nadded\n"},
		},
	}, m)
}

func TestParseRefuses(t *testing.T) {
	const header = "class: c\nbug: b\nreference: r\nkilled-by: k\n"
	for _, row := range []struct{ name, text, want string }{
		{"an empty file", "", "must be there"},
		{"a header without what kills it", "class: c\nbug: b\nreference: r\n--- a.go\n@@\n-x\n", "must be there"},
		{"a header without a reference", "class: c\nbug: b\nkilled-by: k\n--- a.go\n@@\n-x\n", "must be there"},
		{"an unknown field", "klass: c\n", "line 1: want class:"},
		{"a field given twice", "class: c\nclass: d\n", "line 2: class: is given twice"},
		{"a continuation of nothing", "  more\n", "line 1: a continuation line"},
		{"no edit", header, "no edit"},
		{"a file without an edit", header + "--- a.go\n", "no edit"},
		{"lines before @@", header + "--- a.go\n-x\n", "line 6: want @@"},
		{"a line without a sign", header + "--- a.go\n@@\nx\n", "line 7: a line of an edit begins with"},
		{"an edit that changes nothing", header + "--- a.go\n@@\n x\n", "changes nothing"},
		{"an edit that only adds", header + "--- a.go\n@@\n+x\n", "names no lines to find"},
		{"a file outside the module", header + "--- ../a.go\n@@\n-x\n", "not a clean path"},
		{"an absolute file", header + "--- /a.go\n@@\n-x\n", "not a clean path"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := mutants.Parse("07-bad", row.text)
			require.ErrorIs(t, err, mutants.ErrFormat)
			require.ErrorContains(t, err, "07-bad")
			require.ErrorContains(t, err, row.want)
		})
	}
}

func TestLoadReadsInOrderAndRefusesNothing(t *testing.T) {
	all, err := mutants.Load(fstest.MapFS{
		"02-b.mutant": {Data: []byte(good)}, "01-a.mutant": {Data: []byte(good)}, "README.md": {Data: []byte("no mutant")},
	})
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, "01-a", all[0].Name)

	_, err = mutants.Load(fstest.MapFS{"README.md": {}})
	require.ErrorIs(t, err, mutants.ErrFormat)
}

func TestSelect(t *testing.T) {
	all := []mutants.Mutant{{Name: "01-a"}, {Name: "02-b-c"}}
	for only, want := range map[string][]mutants.Mutant{"": all, "01-a": all[:1], "b-c": all[1:], "b-c,01-a": {all[1], all[0]}} {
		got, err := mutants.Select(all, only)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, only := range []string{"c", "a,c", "a,"} {
		_, err := mutants.Select(all, only)
		require.ErrorIs(t, err, mutants.ErrUnknown, only)
	}
}
