package operators

import (
	"go/ast"
	"go/types"
	"slices"
)

// isMessage reports whether a node is a call that creates an error, panics or logs. Its arguments are for readers.
func isMessage(f *file, n ast.Node) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return false
	}
	switch object := f.callee(call).(type) {
	case *types.Builtin:
		return object.Name() == "panic" || object.Name() == "print" || object.Name() == "println"
	case *types.Func:
		if object.Pkg() == nil {
			return false
		}
		name := object.Pkg().Path() + "." + object.Name()
		return slices.Contains([]string{"fmt.Errorf", "errors.New"}, name) || slices.Contains([]string{"log", "log/slog"}, object.Pkg().Path())
	}
	return false
}

// callee returns the object that a call names as its function, or nil if it has no name.
func (f *file) callee(call *ast.CallExpr) types.Object {
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return f.info.Uses[fun]
	case *ast.SelectorExpr:
		return f.info.Uses[fun.Sel]
	}
	return nil
}
