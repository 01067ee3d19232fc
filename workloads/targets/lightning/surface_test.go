package lightning

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// uncalled lists the exported functions and methods of the engine that the lab never calls, each with the reason.
var uncalled = map[string]string{
	"Compression.Valid": "Options.Validate calls it",
	"Limits.Validate":   "Options.Validate calls it",
}

// The lab can find nothing wrong with a function that it never calls. So the adapter, its accounts or its refusals must
// call every function and method that the engine exports, either directly or through an interface of the lab that an
// embedded engine type satisfies. Exceptions are listed in uncalled.
func TestTheLabCallsEveryFunctionOfTheEngine(t *testing.T) {
	s := loadSurface(t)
	exported := s.exported()
	require.Greater(t, len(exported), 60, "the exported functions of the engine are found")
	for _, name := range exported {
		if !s.called[name] && uncalled[name] == "" {
			t.Errorf("nothing in the lab calls engine.%s: call it in accounts or refusals, or give the reason in uncalled", name)
		}
	}
	for name := range uncalled {
		if !slices.Contains(exported, name) || s.called[name] {
			t.Errorf("uncalled lists %s, which the lab calls or the engine lacks; remove it", name)
		}
	}
}

// surface is what the engine exports, and which parts of it the lab calls.
type surface struct {
	engine *types.Package
	called map[string]bool
}

// goPackage is a package as the go command lists it.
type goPackage struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
}

const (
	enginePath = "github.com/lightningdb/lightning-torture/engine"
	labPath    = "github.com/lightningdb/lightning-torture/workloads"
)

func loadSurface(t *testing.T) *surface {
	t.Helper()
	out, err := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles", "./...").Output()
	require.NoError(t, err)
	listed := map[string]goPackage{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		}
		listed[p.ImportPath] = p
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(listed[path].Export) })
	s := &surface{called: map[string]bool{}}
	s.engine, err = imports.Import(enginePath)
	require.NoError(t, err)
	lab, err := imports.Import(labPath)
	require.NoError(t, err)
	here := labPath + "/targets/lightning"
	for _, path := range slices.Sorted(maps.Keys(listed)) {
		if path == here || strings.HasPrefix(path, here+"/") {
			s.addCalls(t, fset, imports, listed[path], lab)
		}
	}
	return s
}

// addCalls notes the engine functions that one package of the adapter calls.
func (s *surface) addCalls(t *testing.T, fset *token.FileSet, imports types.Importer, p goPackage, lab *types.Package) {
	t.Helper()
	var files []*ast.File
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, f)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	checked, err := (&types.Config{Importer: imports}).Check(p.ImportPath, fset, files, info)
	require.NoError(t, err)
	names := s.names()
	for _, used := range info.Uses {
		if f, ok := used.(*types.Func); ok {
			s.called[names[f.FullName()]] = true
		}
	}
	for _, name := range checked.Scope().Names() {
		s.addPromoted(checked.Scope().Lookup(name).Type(), lab, names)
	}
}

// addPromoted notes the methods that a type gets from an embedded engine type and that an interface of the lab or of
// package io requires.
func (s *surface) addPromoted(typ types.Type, lab *types.Package, names map[string]string) {
	for _, pkg := range []*types.Package{lab, imported(lab, "io")} {
		for _, name := range pkg.Scope().Names() {
			i, ok := pkg.Scope().Lookup(name).Type().Underlying().(*types.Interface)
			if !ok || !types.Implements(types.NewPointer(typ), i) {
				continue
			}
			set := types.NewMethodSet(types.NewPointer(typ))
			for m := range i.Methods() {
				if f, ok := set.Lookup(m.Pkg(), m.Name()).Obj().(*types.Func); ok {
					s.called[names[f.FullName()]] = true
				}
			}
		}
	}
}

func imported(p *types.Package, path string) *types.Package {
	i := slices.IndexFunc(p.Imports(), func(i *types.Package) bool { return i.Path() == path })
	return p.Imports()[i]
}

// names maps the full names of the engine's functions and methods to short ones. The methods of an alias are those of
// the type that it stands for.
func (s *surface) names() map[string]string {
	all := map[string]string{}
	scope := s.engine.Scope()
	for _, name := range scope.Names() {
		o := scope.Lookup(name)
		if f, ok := o.(*types.Func); ok && o.Exported() {
			all[f.FullName()] = name
		}
		typ, ok := o.(*types.TypeName)
		if !ok || !o.Exported() || types.IsInterface(typ.Type()) {
			continue
		}
		set := types.NewMethodSet(types.NewPointer(typ.Type()))
		for m := range set.Methods() {
			if f := m.Obj().(*types.Func); f.Exported() {
				all[f.FullName()] = name + "." + f.Name()
			}
		}
	}
	return all
}

func (s *surface) exported() []string { return slices.Sorted(maps.Values(s.names())) }
