package operators

import (
	"go/ast"
	"go/token"
	"go/types"
)

// constants changes integers and characters by one and inverts boolean constants. Zero is only increased.
func constants(f *file, n ast.Node) {
	switch n := n.(type) {
	case *ast.BasicLit:
		if n.Kind != token.INT && n.Kind != token.CHAR {
			return
		}
		f.add(ChangeConstant, n, f.replace(n, "("+n.Value+" + 1)"))
		if n.Value != "0" {
			f.add(ChangeConstant, n, f.replace(n, "("+n.Value+" - 1)"))
		}
	case *ast.Ident:
		if c, ok := f.info.Uses[n].(*types.Const); ok && c.Parent() == types.Universe && c.Name() != "iota" {
			f.add(ChangeConstant, n, f.replace(n, map[string]string{"true": "false", "false": "true"}[c.Name()]))
		}
	}
}
