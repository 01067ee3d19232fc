package operators

import (
	"go/ast"
	"go/token"
)

// jumps swaps break and continue. Outside a loop the result does not compile.
func jumps(f *file, n ast.Node) {
	jump, ok := n.(*ast.BranchStmt)
	if !ok {
		return
	}
	other, ok := map[token.Token]string{token.BREAK: "continue", token.CONTINUE: "break"}[jump.Tok]
	if ok {
		start := f.offset(jump.TokPos)
		f.add(SwapJump, jump, edit{start, start + len(jump.Tok.String()), other})
	}
}
