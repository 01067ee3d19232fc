package operators

import (
	"go/ast"
	"go/token"
	"go/types"
)

var (
	otherArithmetic = map[token.Token]token.Token{
		token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL, token.REM: token.MUL,
		token.AND: token.OR, token.OR: token.AND, token.XOR: token.OR, token.AND_NOT: token.AND, token.SHL: token.SHR, token.SHR: token.SHL,
	}
	otherAssignment = map[token.Token]token.Token{
		token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN, token.MUL_ASSIGN: token.QUO_ASSIGN,
		token.QUO_ASSIGN: token.MUL_ASSIGN, token.REM_ASSIGN: token.MUL_ASSIGN, token.AND_ASSIGN: token.OR_ASSIGN,
		token.OR_ASSIGN: token.AND_ASSIGN, token.XOR_ASSIGN: token.OR_ASSIGN, token.AND_NOT_ASSIGN: token.AND_ASSIGN,
		token.SHL_ASSIGN: token.SHR_ASSIGN, token.SHR_ASSIGN: token.SHL_ASSIGN,
	}
	otherStep = map[token.Token]token.Token{token.INC: token.DEC, token.DEC: token.INC}
)

// arithmetic swaps arithmetic operators.
func arithmetic(f *file, n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if op, ok := otherArithmetic[n.Op]; ok && f.isNumber(n) {
			f.add(SwapArithmetic, n, f.insert(n.Pos(), "("), f.operator(n, op), f.insert(n.End(), ")"))
		}
	case *ast.AssignStmt:
		if op, ok := otherAssignment[n.Tok]; ok && f.isNumber(n.Lhs[0]) {
			f.add(SwapArithmetic, n, edit{f.offset(n.TokPos), f.offset(n.TokPos) + len(n.Tok.String()), op.String()})
		}
	case *ast.IncDecStmt:
		f.add(SwapArithmetic, n, edit{f.offset(n.TokPos), f.offset(n.TokPos) + len(n.Tok.String()), otherStep[n.Tok].String()})
	}
}

func (f *file) isNumber(e ast.Expr) bool {
	t := f.info.TypeOf(e)
	if t == nil {
		return false
	}
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsNumeric != 0
}
