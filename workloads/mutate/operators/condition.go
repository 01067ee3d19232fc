package operators

import (
	"go/ast"
	"go/token"
)

var (
	opposites = map[token.Token]token.Token{
		token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.GEQ, token.GEQ: token.LSS, token.GTR: token.LEQ, token.LEQ: token.GTR,
	}
	neighbours = map[token.Token]token.Token{
		token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	}
	otherLogic = map[token.Token]token.Token{token.LAND: token.LOR, token.LOR: token.LAND}
)

// conditions negates conditions, shifts comparisons by one, and swaps && and ||.
func conditions(f *file, n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if op, ok := opposites[n.Op]; ok {
			f.add(NegateCondition, n, f.operator(n, op))
		}
		if op, ok := neighbours[n.Op]; ok {
			f.add(OffByOne, n, f.operator(n, op))
		}
		if op, ok := otherLogic[n.Op]; ok {
			f.add(SwapLogic, n, f.insert(n.Pos(), "("), f.operator(n, op), f.insert(n.End(), ")"))
		}
	case *ast.IfStmt:
		negate(f, n.Cond)
	case *ast.ForStmt:
		negate(f, n.Cond)
	}
}

// negate negates a condition that is not a comparison. Comparisons are negated wherever they occur.
func negate(f *file, condition ast.Expr) {
	if condition == nil {
		return
	}
	if comparison, ok := condition.(*ast.BinaryExpr); ok && opposites[comparison.Op] != 0 {
		return
	}
	f.add(NegateCondition, condition, f.insert(condition.Pos(), "!("), f.insert(condition.End(), ")"))
}

// operator returns the edit that changes the operator of an expression.
func (f *file) operator(n *ast.BinaryExpr, op token.Token) edit {
	start := f.offset(n.OpPos)
	return edit{start, start + len(n.Op.String()), op.String()}
}
