package operators

import (
	"bytes"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// file is a parsed source file with the mutations found so far.
type file struct {
	name   string // relative to the directory of the search
	path   string
	pkg    string // import path
	inside string // path in the module
	source []byte
	fset   *token.FileSet
	tree   *ast.File
	info   *types.Info // nil: types are unknown
	scope  scope       // the declaration around the current node
	count  map[string]int
	found  []Mutation
}

// add records a mutation of a node.
func (f *file) add(kind Kind, at ast.Node, edits ...edit) {
	line := f.fset.Position(at.Pos()).Line
	text := bytes.Split(f.source, []byte("\n"))[line-1]
	f.found = append(f.found, Mutation{
		ID: f.identify(kind), Kind: kind, File: f.name, Line: line, Text: strings.TrimSpace(string(text)),
		path: f.path, pkg: f.pkg, provable: f.scope.provable, edits: edits,
	})
}

// replace returns the edit that replaces a node by text, padded with empty lines if it has fewer lines.
func (f *file) replace(n ast.Node, text string) edit {
	return f.replaceRange(n.Pos(), n.End(), text)
}

// replaceRange does for the range between two positions what replace does for a node.
func (f *file) replaceRange(from, to token.Pos, text string) edit {
	start, end := f.offset(from), f.offset(to)
	lines := bytes.Count(f.source[start:end], []byte("\n")) - strings.Count(text, "\n")
	return edit{start, end, text + strings.Repeat("\n", max(0, lines))}
}

// insert returns the edit that inserts text at a position.
func (f *file) insert(at token.Pos, text string) edit { return edit{f.offset(at), f.offset(at), text} }

func (f *file) offset(at token.Pos) int { return f.fset.Position(at).Offset }

// text returns the source of a node.
func (f *file) text(n ast.Node) string { return string(f.source[f.offset(n.Pos()):f.offset(n.End())]) }
