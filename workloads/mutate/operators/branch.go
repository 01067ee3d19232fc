package operators

import (
	"go/ast"
	"go/token"
	"strings"
)

// branches empties the branches of if, switch and select statements.
func branches(f *file, n ast.Node) {
	switch n := n.(type) {
	case *ast.IfStmt:
		if len(n.Body.List) > 0 {
			f.add(DropBranch, n, f.empty(n.Body))
		}
		if n.Else != nil {
			f.add(DropElse, n.Else, f.empty(n.Else))
		}
	case *ast.CaseClause:
		dropCase(f, n, n.Body)
	case *ast.CommClause:
		dropCase(f, n, n.Body)
	}
}

// dropCase empties the body of a case.
func dropCase(f *file, at ast.Node, body []ast.Stmt) {
	if len(body) == 0 {
		return
	}
	f.add(DropBranch, at, f.replaceRange(body[0].Pos(), lastEnd(body), f.mentions(asNodes(body)...)))
}

func lastEnd(body []ast.Stmt) token.Pos { return body[len(body)-1].End() }

func asNodes(body []ast.Stmt) []ast.Node {
	nodes := make([]ast.Node, len(body))
	for i, s := range body {
		nodes[i] = s
	}
	return nodes
}

// empty returns the edit that empties a block. The closing brace stays in its line, where an else may follow.
func (f *file) empty(block ast.Node) edit {
	start, end := f.offset(block.Pos()), f.offset(block.End())
	lines := strings.Repeat("\n", strings.Count(string(f.source[start:end]), "\n"))
	return edit{start, end, "{ " + f.mentions(block) + lines + " }"}
}
