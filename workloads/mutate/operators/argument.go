package operators

import (
	"go/ast"
	"go/types"
	"slices"
)

// symmetric lists functions for which the order of arguments is irrelevant.
var symmetric = []string{"bytes.Equal", "errors.Join", "slices.Equal", "maps.Equal", "strings.EqualFold", "math.Max", "math.Min", "reflect.DeepEqual"}

// arguments swaps adjacent arguments of the same type.
func arguments(f *file, n ast.Node) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) < 2 || f.isSymmetric(call) {
		return
	}
	for i := range call.Args[1:] {
		a, b := call.Args[i], call.Args[i+1]
		if f.sameParameter(call, i, i+1) && f.text(a) != f.text(b) {
			f.add(SwapArguments, a, f.replaceText(a, f.text(b)), f.replaceText(b, f.text(a)))
		}
	}
}

func (f *file) isSymmetric(call *ast.CallExpr) bool {
	object := f.callee(call)
	if object == nil {
		return false
	}
	if object.Pkg() == nil {
		return object.Name() == "min" || object.Name() == "max"
	}
	return slices.Contains(symmetric, object.Pkg().Path()+"."+object.Name())
}

// sameParameter reports whether the parameters of two arguments have the same type. The parameters of a built-in
// function have the types of its arguments.
func (f *file) sameParameter(call *ast.CallExpr, i, j int) bool {
	signature, ok := f.info.TypeOf(call.Fun).(*types.Signature)
	if !ok {
		a, b := f.info.TypeOf(call.Args[i]), f.info.TypeOf(call.Args[j])
		return f.info.Types[call.Fun].IsBuiltin() && a != nil && b != nil && types.Identical(a, b)
	}
	a, b := parameter(signature, i, call.Ellipsis.IsValid()), parameter(signature, j, call.Ellipsis.IsValid())
	return a != nil && b != nil && types.Identical(a, b)
}

// parameter returns the type of the parameter for an argument, or nil if the argument has none of its own, as in
// f(g()).
func parameter(signature *types.Signature, i int, spread bool) types.Type {
	params := signature.Params()
	last := params.Len() - 1
	switch {
	case signature.Variadic() && i >= last && !spread:
		return params.At(last).Type().(*types.Slice).Elem()
	case i <= last:
		return params.At(i).Type()
	}
	return nil
}

// replaceText replaces a node by text of any number of lines.
func (f *file) replaceText(n ast.Node, text string) edit {
	return edit{f.offset(n.Pos()), f.offset(n.End()), text}
}
