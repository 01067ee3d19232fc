package operators

import (
	"go/ast"
	"go/types"
	"strings"
)

// returns makes functions return zero values early.
func returns(f *file, n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if n.Body != nil {
			returnEarly(f, n.Type, n.Body)
		}
	case *ast.FuncLit:
		returnEarly(f, n.Type, n.Body)
	}
}

// returnEarly inserts a return at the start of a function, at the start of each of its loops, and before its last
// statement.
func returnEarly(f *file, function *ast.FuncType, body *ast.BlockStmt) {
	statement, ok := f.zeroReturn(function)
	if !ok || len(body.List) == 0 {
		return
	}
	places := []ast.Stmt{body.List[0]}
	ast.Inspect(body, func(n ast.Node) bool {
		var loop *ast.BlockStmt
		switch n := n.(type) {
		case *ast.FuncLit:
			return false // a function literal has returns of its own
		case *ast.ForStmt:
			loop = n.Body
		case *ast.RangeStmt:
			loop = n.Body
		}
		if loop != nil && len(loop.List) > 0 {
			places = append(places, loop.List[0])
		}
		return true
	})
	if len(body.List) > 2 {
		places = append(places, body.List[len(body.List)-1])
	}
	for _, s := range places {
		if f.text(s) != statement {
			f.add(EarlyReturn, s, f.insert(s.Pos(), statement+"; "))
		}
	}
}

// zeroReturn returns a statement that returns zero values, or the current values of named results.
func (f *file) zeroReturn(function *ast.FuncType) (string, bool) {
	if function.Results == nil {
		return "return", true
	}
	var values []string
	for _, field := range function.Results.List {
		if len(field.Names) > 0 {
			return "return", true
		}
		t := f.info.TypeOf(field.Type)
		if t == nil {
			return "", false
		}
		values = append(values, zero(t, f.text(field.Type)))
	}
	return "return " + strings.Join(values, ", "), true
}

// zero returns an expression for the zero value of a type whose source is text.
func zero(t types.Type, text string) string {
	if _, ok := t.(*types.TypeParam); ok {
		return "*new(" + text + ")"
	}
	switch under := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case under.Info()&types.IsBoolean != 0:
			return "false"
		case under.Info()&types.IsString != 0:
			return `""`
		case under.Info()&types.IsNumeric != 0:
			return "0"
		}
		return "nil" // unsafe.Pointer
	case *types.Struct, *types.Array:
		return "*new(" + text + ")"
	}
	return "nil"
}
