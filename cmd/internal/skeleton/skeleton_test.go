package skeleton

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// makeModule creates a module from the files of an archive, and returns its directory.
func makeModule(t *testing.T, archive string) string {
	t.Helper()
	root := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(root, filepath.FromSlash(f.Name))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
		require.NoError(t, os.WriteFile(name, f.Data, 0o666))
	}
	return root
}

const mine = "-- go.mod --\nmodule example.com/mine/v2 // the second major version\n\ngo 1.26.0\n-- kv/kv.go --\npackage kv\n"

func TestTheFilesThatAreWritten(t *testing.T) {
	for golden, c := range map[string]struct {
		kind Kind
		dir  string
	}{
		"kv-own":   {KV, "internal/crash-test"},
		"kv-test":  {KV, "kv"},
		"log-own":  {Log, "."},
		"log-test": {Log, "kv"},
	} {
		t.Run(golden, func(t *testing.T) {
			s, err := For(c.kind, filepath.Join(makeModule(t, mine), c.dir))
			require.NoError(t, err)
			got := &txtar.Archive{}
			for _, f := range s.Files {
				got.Files = append(got.Files, txtar.File{Name: f.Path, Data: f.Text})
			}
			file := filepath.Join("testdata", golden+".txtar")
			if *update {
				require.NoError(t, os.WriteFile(file, txtar.Format(got), 0o666))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(want), string(txtar.Format(got)), "run the test with -update")

			require.NoError(t, s.Write())
			for _, f := range s.Files {
				text, err := os.ReadFile(s.abs(f))
				require.NoError(t, err)
				assert.Equal(t, f.Text, text)
			}
			_, err = For(c.kind, filepath.Join(s.Place.Root, c.dir))
			require.ErrorContains(t, err, "nothing was written: "+strings.TrimSuffix(s.Files[0].Path, "target.go"))
		})
	}
}

func TestObstaclesAreNamed(t *testing.T) {
	root := makeModule(t, mine+`-- taken/torture/main.go --
package main
-- twice/twice.go --
package twice
var a, crashTodo = 1, 2
-- two/a.go --
package a
-- two/b.go --
package b
-- broken/a.go --
package broken
func (
-- file --
-- only/only_test.go --
package only_test
-- nameless/go.mod --
go 1.26.0
-- mainly/main.go --
package main
`)
	for dir, want := range map[string]string{
		"taken":        "nothing was written: taken/torture/main.go already exists; choose another directory, or move it away",
		"twice":        "package twice already declares crashTodo, in twice/twice.go; choose a new directory for a package of its own",
		"two":          "the package in ROOT/two cannot be read: found packages a (a.go) and b (b.go) in ROOT/two",
		"broken":       "the package cannot be read: ROOT/broken/a.go:2:8: ",
		"file":         "ROOT/file is not a directory",
		"nameless/kv":  "ROOT/nameless/go.mod does not name a module; add one: go mod edit -module example.com/mine",
		"testdata/kv":  `the go command ignores testdata/kv because of "testdata"; choose another directory`,
		"_kv":          `the go command ignores _kv because of "_kv"; choose another directory`,
		"a b":          `"a b" cannot be part of an import path; choose a directory other than a b`,
		"only":         "",
		"mainly":       "",
		"new/dir/main": "",
	} {
		before := tree(t, root)
		_, err := For(KV, filepath.Join(root, dir))
		if want == "" {
			require.NoError(t, err, dir)
			continue
		}
		require.Error(t, err, dir)
		assert.Contains(t, err.Error(), strings.ReplaceAll(want, "ROOT", root), dir)
		assert.Equal(t, before, tree(t, root))
	}
	_, err := For(KV, filepath.Join(filepath.VolumeName(root)+string(filepath.Separator), "no module is here"))
	assert.ErrorContains(t, err, "is not in a Go module; create one first: go mod init example.com/mine")
}

// tree returns the names of all files below a directory.
func tree(t *testing.T, root string) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(name string, _ os.DirEntry, err error) error {
		names = append(names, name)
		return err
	}))
	return names
}

// A file that appears between the check and the write is kept, and the files written before it are removed.
func TestWritingIsAllOrNothing(t *testing.T) {
	root := makeModule(t, mine)
	s, err := For(KV, filepath.Join(root, "new"))
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(root, "new/torture"), 0o777))
	late := filepath.Join(root, "new/torture/main.go")
	require.NoError(t, os.WriteFile(late, []byte("mine"), 0o666))
	require.ErrorIs(t, s.Write(), os.ErrExist)
	text, err := os.ReadFile(late)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(text))
	for _, f := range s.Files[:2] {
		_, err := os.Stat(s.abs(f))
		assert.ErrorIs(t, err, os.ErrNotExist, f.Path)
	}
}

func TestNamesOfTargetsAndPackages(t *testing.T) {
	for module, want := range map[string]string{
		"example.com/mine": "mine", "example.com/mine/v2": "mine", "mine": "mine", "v2": "v2", "example.com/v": "v", `"example.com/quoted"`: "quoted",
	} {
		p := Place{Module: modulePath([]byte(fmt.Sprintf("// a comment\nmodule %s\n", module)))}
		assert.Equal(t, want, nameOf(p), module)
	}
	for dir, want := range map[string]string{"crash-test": "crashtest", "KV": "kv", "main": "crashtest", "2": "crashtest", "type": "crashtest", "größe": "größe"} {
		assert.Equal(t, want, packageName(dir), dir)
	}
}

func TestTheLabIsAddedUnlessTheModuleHasIt(t *testing.T) {
	for text, lines := range map[string]int{
		"module example.com/mine\n":                                                      2,
		"module example.com/mine\nrequire " + lab + " v0.1.0\n":                          1,
		"module example.com/mine\nrequire (\n\t" + lab + " v0.1.0\n)\n":                  1,
		"module example.com/mine\nrequire " + lab + "/workloads/targets/pebble v0.1.0\n": 2,
		"module " + lab + "\n":                                                           0,
	} {
		s, err := For(KV, makeModule(t, "-- go.mod --\n"+text))
		require.NoError(t, err)
		assert.Len(t, bringIn(&s.Place), lines, text)
	}
}
