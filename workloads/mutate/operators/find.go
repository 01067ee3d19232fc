package operators

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
)

// operator adds the mutations that begin at a node.
type operator func(f *file, n ast.Node)

// classical lists the operators that need types.
var classical = []operator{conditions, arithmetic, constants, statements, branches, arguments, returns, jumps}

// Find returns the mutations of the package that have one of the kinds.
func (p *Package) Find(kinds []Kind) []Mutation {
	var all []Mutation
	for _, f := range p.files {
		all = append(all, f.find(kinds)...)
	}
	return all
}

// Apply returns the mutated source of the file that a mutation of the package changes.
func (p *Package) Apply(m *Mutation) []byte { return m.Apply(p.source(m)) }

// Diff returns the lines that a mutation of the package changes; see Mutation.Diff.
func (p *Package) Diff(m *Mutation) string { return m.Diff(p.source(m)) }

// Start returns the line and column at which a mutation of the package begins; see Mutation.Start.
func (p *Package) Start(m *Mutation) (line, column int) { return m.Start(p.source(m)) }

// source returns the source of the file that a mutation changes, as of when the package was loaded.
func (p *Package) source(m *Mutation) []byte {
	for _, f := range p.files {
		if f.path == m.path {
			return f.source
		}
	}
	return nil
}

// find returns the mutations of a file that have one of the kinds.
func (f *file) find(kinds []Kind) []Mutation {
	f.found, f.count = nil, map[string]int{}
	if !ast.IsGenerated(f.tree) {
		for _, d := range f.tree.Decls {
			f.findIn(d)
		}
	}
	found := slices.DeleteFunc(f.found, func(m Mutation) bool { return !slices.Contains(kinds, m.Kind) })
	slices.SortStableFunc(found, func(a, b Mutation) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(slices.Index(All(), a.Kind), slices.Index(All(), b.Kind)))
	})
	return found
}

// findIn adds the mutations in a declaration. Each declaration of a group is a scope of its own.
func (f *file) findIn(d ast.Decl) {
	if group, ok := d.(*ast.GenDecl); ok {
		for _, spec := range group.Specs {
			f.walk(spec)
		}
		return
	}
	f.walk(d)
}

func (f *file) walk(n ast.Node) {
	f.scope = f.scopeOf(n)
	ast.Inspect(n, func(n ast.Node) bool {
		durability(f, n)
		return true
	})
	if f.info == nil || f.scope.silent {
		return
	}
	ast.Inspect(n, func(n ast.Node) bool {
		if isMessage(f, n) {
			return false
		}
		for _, o := range classical {
			o(f, n)
		}
		return true
	})
}

// parse parses a file.
func parse(f *file) error {
	tree, err := parser.ParseFile(f.fset, f.path, f.source, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSource, err)
	}
	f.tree = tree
	return nil
}

// newFile returns a file to be parsed.
func newFile(fset *token.FileSet, name, path string, source []byte) *file {
	return &file{name: name, path: path, inside: name, source: source, fset: fset}
}
