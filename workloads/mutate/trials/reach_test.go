package trials

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/coverprofile"
)

func TestAPlaceIsReachedIfItsInnermostBlockIs(t *testing.T) {
	name := filepath.Join(t.TempDir(), "profile")
	require.NoError(t, os.WriteFile(name, []byte(`mode: set
p/a.go:1.10,9.2 3 1
p/a.go:3.5,5.3 1 0
p/a.go:12.1,13.2 1 0
p/a.go:12.1,13.2 1 1
`), 0o600))
	r, err := ReadReach(name)
	require.NoError(t, err)
	for _, row := range []struct {
		name string
		file string
		at   coverprofile.Place
		want bool
	}{
		{"before all blocks", "p/a.go", coverprofile.Place{Line: 1, Column: 9}, true},
		{"in the outer block", "p/a.go", coverprofile.Place{Line: 1, Column: 10}, true},
		{"in the inner block", "p/a.go", coverprofile.Place{Line: 3, Column: 5}, false},
		{"at its last column", "p/a.go", coverprofile.Place{Line: 5, Column: 2}, false},
		{"after it", "p/a.go", coverprofile.Place{Line: 5, Column: 3}, true},
		{"in a block that another program executed", "p/a.go", coverprofile.Place{Line: 12, Column: 3}, true},
		{"in another file", "p/b.go", coverprofile.Place{Line: 3, Column: 5}, true},
	} {
		require.Equal(t, row.want, r.reaches(row.file, row.at), row.name)
	}
}

func TestAProfileIsReadOrRefused(t *testing.T) {
	name := filepath.Join(t.TempDir(), "profile")
	_, err := ReadReach(name)
	require.ErrorIs(t, err, ErrJudge)
	require.NoError(t, os.WriteFile(name, []byte("mode: set\nnonsense\n"), 0o600))
	_, err = ReadReach(name)
	require.ErrorIs(t, err, ErrJudge)
	require.ErrorContains(t, err, "line 2 is not a line of a coverage profile")
}
