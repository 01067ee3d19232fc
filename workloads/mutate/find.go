package mutate

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// syncs are the names of calls that make something durable; changes are those of calls that change what is on a disk.
var (
	syncs = []string{
		"Sync", "Fsync", "Fdatasync", "SyncData", "SyncDir", "SyncAll", "SyncFileRange", "FsyncDir", "Msync", "Datasync",
		"fsync", "fdatasync", "syncDir", "fsyncDir",
	}
	changes = []string{
		"Write", "WriteAt", "WriteString", "WriteFile", "Pwrite", "Rename", "Renameat", "Remove", "RemoveAll", "Unlink", "Link",
		"Create", "OpenFile", "Mkdir", "MkdirAll", "Truncate", "Ftruncate", "Fallocate", "Close", "Flush",
	}
)

// isDurable reports whether a call of this name is a durable step.
func isDurable(name string) bool {
	return slices.Contains(syncs, name) || slices.Contains(changes, name)
}

// file is a parsed source file with the mutations found so far.
type file struct {
	name, path string
	source     []byte
	fset       *token.FileSet
	found      []Mutation
}

// findIn returns the mutations of one file.
func findIn(name, path string, source []byte) ([]Mutation, error) {
	f := &file{name: name, path: path, source: source, fset: token.NewFileSet()}
	tree, err := parser.ParseFile(f.fset, path, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSource, err)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			f.dropSync(n)
		case *ast.BlockStmt:
			f.mutateBlock(n.List)
		case *ast.CaseClause:
			f.mutateBlock(n.Body)
		case *ast.CommClause:
			f.mutateBlock(n.Body)
		}
		return true
	})
	slices.SortStableFunc(f.found, func(a, b Mutation) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(slices.Index(Kinds(), a.Kind), slices.Index(Kinds(), b.Kind)))
	})
	return f.found, nil
}

// mutateBlock looks for mutations of several statements in a block.
func (f *file) mutateBlock(list []ast.Stmt) {
	f.mutateLocks(list)
	units := unitsOf(list)
	for i := range units {
		f.dropCheck(units[i])
		if i > 0 {
			f.swapSteps(units[i-1], units[i])
		}
	}
}

// add records a mutation of a node.
func (f *file) add(kind Kind, at ast.Node, edits ...edit) {
	line := f.fset.Position(at.Pos()).Line
	text := bytes.Split(f.source, []byte("\n"))[line-1]
	f.found = append(f.found, Mutation{
		Kind: kind, File: f.name, Line: line, Text: strings.TrimSpace(string(text)), path: f.path, edits: edits,
	})
}

// replace returns the edit that replaces a node by text. If the text has fewer lines, empty ones follow.
func (f *file) replace(n ast.Node, text string) edit {
	start, end := f.offset(n.Pos()), f.offset(n.End())
	lines := bytes.Count(f.source[start:end], []byte("\n")) - strings.Count(text, "\n")
	return edit{start, end, text + strings.Repeat("\n", max(0, lines))}
}

func (f *file) offset(at token.Pos) int { return f.fset.Position(at).Offset }

// text returns the source of a node.
func (f *file) text(n ast.Node) string { return string(f.source[f.offset(n.Pos()):f.offset(n.End())]) }

// called returns the name of the function that an expression calls; empty if it is no call.
func called(e ast.Expr) string {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return ""
	}
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		return fun.Sel.Name
	case *ast.Ident:
		return fun.Name
	}
	return ""
}
