package operators

import (
	"go/ast"
	"go/token"
	"slices"
)

// statements removes statements, one at a time. It keeps declarations of names, and calls that acquire or release a
// lock; drop-lock removes both of these together.
func statements(f *file, n ast.Node) {
	switch n := n.(type) {
	case *ast.BlockStmt:
		drop(f, n.List...)
	case *ast.CaseClause:
		drop(f, n.Body...)
	case *ast.CommClause:
		drop(f, n.Body...)
	case *ast.IfStmt:
		drop(f, n.Init)
	case *ast.ForStmt:
		drop(f, n.Post)
	}
}

func drop(f *file, list ...ast.Stmt) {
	for _, s := range list {
		if droppable(s) {
			f.add(DropStatement, s, f.replace(s, f.mentions(s)))
		}
	}
}

func droppable(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ExprStmt:
		return !isLocking(s.X)
	case *ast.DeferStmt:
		return !isLocking(s.Call)
	case *ast.AssignStmt:
		return s.Tok != token.DEFINE && !onlyBlanks(s.Lhs)
	case *ast.IncDecStmt, *ast.SendStmt, *ast.GoStmt:
		return true
	}
	return false
}

func isLocking(e ast.Expr) bool {
	return slices.Contains([]string{"Lock", "Unlock", "RLock", "RUnlock"}, called(e))
}

func onlyBlanks(list []ast.Expr) bool {
	return !slices.ContainsFunc(list, func(e ast.Expr) bool {
		name, ok := e.(*ast.Ident)
		return !ok || name.Name != "_"
	})
}
