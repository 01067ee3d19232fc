package operators

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"runtime"
)

// exports locates the compiler's export data of all imported packages.
type exports struct {
	fset     *token.FileSet
	files    map[string]string // export data, by import path
	importer types.Importer
}

func newExports(fset *token.FileSet, all []listed) *exports {
	e := &exports{fset: fset, files: map[string]string{}}
	for _, l := range all {
		e.files[l.ImportPath] = l.Export
	}
	e.importer = importer.ForCompiler(fset, "gc", e.open)
	return e
}

func (e *exports) open(path string) (io.ReadCloser, error) {
	name := e.files[path]
	if name == "" {
		return nil, fmt.Errorf("nobody compiled %s", path)
	}
	return os.Open(name)
}

// typing type-checks one package.
type typing struct {
	exports *exports
	imports map[string]string // maps paths in the source to import paths, where they differ
	path    string            // of the package
	version string            // of the language, such as go1.26
}

// Import implements types.Importer.
func (t *typing) Import(path string) (*types.Package, error) {
	if mapped, ok := t.imports[path]; ok {
		path = mapped
	}
	return t.exports.importer.Import(path)
}

// check type-checks the package.
func (p *Package) check(e *exports, l listed) error {
	p.types = &typing{exports: e, imports: l.ImportMap, path: l.ImportPath}
	if l.Module != nil && l.Module.GoVersion != "" {
		p.types.version = "go" + l.Module.GoVersion
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
	}
	var trees []*ast.File
	for _, f := range p.files {
		trees = append(trees, f.tree)
		f.info = info
	}
	return p.types.check(trees, info)
}

func (t *typing) check(trees []*ast.File, info *types.Info) error {
	config := types.Config{Importer: t, GoVersion: t.version, FakeImportC: true, Sizes: types.SizesFor("gc", runtime.GOARCH)}
	if _, err := config.Check(t.path, t.exports.fset, trees, info); err != nil {
		return fmt.Errorf("%w: %w", ErrSource, err)
	}
	return nil
}

// Compiles returns the first type error of the mutated package, or nil. The package must have been loaded with types.
func (p *Package) Compiles(m *Mutation) error {
	var trees []*ast.File
	for _, f := range p.files {
		if f.path != m.path {
			trees = append(trees, f.tree)
			continue
		}
		tree, err := parser.ParseFile(p.types.exports.fset, f.path, m.Apply(f.source), parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrSource, err)
		}
		trees = append(trees, tree)
	}
	return p.types.check(trees, nil)
}
