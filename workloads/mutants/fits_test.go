package mutants_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/mutants"
)

// TestEveryMutantFitsTheEngine fails if a mutant no longer matches the source or no longer compiles. It only
// type-checks the packages that a mutant changes, because compiling the engine for each mutant would take minutes.
func TestEveryMutantFitsTheEngine(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	all, err := mutants.Load(os.DirFS(filepath.Join(root, "ci/mutants")))
	require.NoError(t, err)
	engine := compiled(t, root)
	for _, m := range all {
		t.Run(m.Name, func(t *testing.T) {
			changed, err := m.Apply(root)
			require.NoError(t, err)
			dirs := map[string]bool{}
			for file := range changed {
				dirs[filepath.Dir(file)] = true
			}
			for dir := range dirs {
				require.NoError(t, engine.check(dir, changed))
			}
		})
	}
}

// packages holds the compiled packages of a module and everything that they import.
type packages struct {
	root    string
	files   map[string][]string // names of the Go files, by directory relative to root
	exports map[string]string   // files with export data, by import path
}

func compiled(t *testing.T, root string) packages {
	t.Helper()
	const line = "{{.Dir}}\t{{.ImportPath}}\t{{.Export}}\t{{range .GoFiles}}{{.}} {{end}}"
	cmd := exec.Command("go", "list", "-export", "-deps", "-f", line, "./engine/...")
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err)
	p := packages{root: root, files: map[string][]string{}, exports: map[string]string{}}
	for entry := range strings.Lines(string(out)) {
		fields := strings.Split(entry, "\t")
		require.Len(t, fields, 4)
		p.exports[fields[1]] = fields[2]
		if dir, err := filepath.Rel(root, fields[0]); err == nil {
			p.files[dir] = strings.Fields(fields[3])
		}
	}
	return p
}

// check type-checks the package in dir with the changed text of some files, and returns the first error.
func (p packages) check(dir string, changed map[string]string) error {
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range p.files[dir] {
		path := filepath.ToSlash(filepath.Join(dir, name))
		var text any
		if source, ok := changed[path]; ok {
			text = source
		}
		f, err := parser.ParseFile(fset, filepath.Join(p.root, path), text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		return fmt.Errorf("%w in %s", errNoFiles, dir)
	}
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(p.exports[path])
	})}
	_, err := config.Check(dir, fset, files, nil)
	return err
}

var errNoFiles = errors.New("no Go files")
