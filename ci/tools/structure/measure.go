package main

import (
	"bytes"
	"fmt"
	"go/token"
	"go/types"
	"os"
	"path/filepath"

	"golang.org/x/tools/go/packages"
)

// pkg is what was measured of one package.
type pkg struct {
	path          string
	files         int      // without tests
	lines         int      // of these files
	exported      int      // names declared at the top level
	cycle         []string // the largest one, sorted; members of the root types do not count as uses
	cycleWithRoot []string // the same where they do
	long          []string // files over linesMax, with tests
	limits        limits
}

// measure loads the module whose root is dir, and measures each of its packages.
func measure(dir string) ([]pkg, error) {
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedTypes |
			packages.NeedSyntax | packages.NeedTypesInfo,
		Dir: dir,
	}, "./...")
	if err != nil {
		return nil, err
	}
	var measured []pkg
	for _, l := range loaded {
		if len(l.Errors) > 0 {
			return nil, fmt.Errorf("%s: %w", l.PkgPath, l.Errors[0])
		}
		if len(l.GoFiles) == 0 {
			continue // only tests, or nothing for this operating system
		}
		p, err := measurePackage(l)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.PkgPath, err)
		}
		measured = append(measured, p)
	}
	return measured, nil
}

func measurePackage(l *packages.Package) (pkg, error) {
	limits, err := limitsIn(l.Syntax)
	if err != nil {
		return pkg{}, err
	}
	p := pkg{path: l.PkgPath, files: len(l.Syntax), limits: limits}
	var names []string
	for _, file := range l.Syntax {
		names = append(names, baseName(l.Fset, file.FileStart))
		p.lines += l.Fset.File(file.FileStart).LineCount()
	}
	for _, name := range l.Types.Scope().Names() {
		if token.IsExported(name) {
			p.exported++
		}
	}
	p.cycle = largestCycle(names, uses(l, members(l.Types, limits.roots)))
	p.cycleWithRoot = largestCycle(names, uses(l, nil))
	p.long, err = longFiles(filepath.Dir(l.GoFiles[0]))
	return p, err
}

// uses returns, for each file, the other files whose declarations it refers to, except through the objects in ignored.
func uses(l *packages.Package, ignored map[types.Object]bool) map[string]map[string]bool {
	uses := map[string]map[string]bool{}
	for ident, object := range l.TypesInfo.Uses {
		switch o := object.(type) {
		case *types.Func:
			object = o.Origin() // what was declared, not an instance of it
		case *types.Var:
			object = o.Origin()
		}
		if object.Pkg() != l.Types || !object.Pos().IsValid() || ignored[object] {
			continue
		}
		from, to := baseName(l.Fset, ident.Pos()), baseName(l.Fset, object.Pos())
		if from == to {
			continue
		}
		if uses[from] == nil {
			uses[from] = map[string]bool{}
		}
		uses[from][to] = true
	}
	return uses
}

// members returns the methods and fields of the named types.
func members(p *types.Package, names []string) map[types.Object]bool {
	members := map[types.Object]bool{}
	for _, name := range names {
		object := p.Scope().Lookup(name)
		if object == nil {
			continue // complaints reports it
		}
		if s, ok := object.Type().Underlying().(*types.Struct); ok {
			for field := range s.Fields() {
				members[field] = true
			}
		}
		if named, ok := object.Type().(*types.Named); ok {
			for method := range named.Methods() {
				members[method] = true
			}
		}
	}
	return members
}

func longFiles(dir string) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var long []string
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if lines := bytes.Count(text, []byte("\n")); lines > linesMax {
			long = append(long, fmt.Sprintf("%s (%d lines)", filepath.Base(path), lines))
		}
	}
	return long, nil
}

func baseName(fset *token.FileSet, pos token.Pos) string {
	return filepath.Base(fset.Position(pos).Filename)
}
