package operators

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// mentions returns, on one line, statements that do nothing but use the variables and imports that the nodes use. They
// replace what a mutation removes, so that the compiler finds nothing unused.
func (f *file) mentions(removed ...ast.Node) string {
	var used mentioned
	for _, n := range removed {
		ast.Inspect(n, func(at ast.Node) bool {
			switch at := at.(type) {
			case *ast.SelectorExpr:
				if name, ok := at.X.(*ast.Ident); ok {
					f.mentionImported(name, at, &used)
				}
			case *ast.Ident:
				if v, ok := f.info.Uses[at].(*types.Var); ok && isLocal(v) && !declaredIn(v.Pos(), removed) {
					used.add(&used.values, at.Name)
				}
			}
			return true
		})
	}
	return used.String()
}

// mentioned holds the names to mention.
type mentioned struct{ values, types []string }

func (m *mentioned) add(list *[]string, name string) {
	if !slices.Contains(*list, name) {
		*list = append(*list, name)
	}
}

// String returns the types and a single assignment of all values; an if statement has room for no more than one.
func (m *mentioned) String() string {
	var statements []string
	if n := len(m.values); n > 0 {
		statements = append(statements, strings.Join(slices.Repeat([]string{"_"}, n), ", ")+" = "+strings.Join(m.values, ", "))
	}
	for _, t := range m.types {
		statements = append(statements, "var _ "+t)
	}
	return strings.Join(statements, "; ")
}

// mentionImported mentions the object that a qualified name denotes.
func (f *file) mentionImported(name *ast.Ident, qualified *ast.SelectorExpr, used *mentioned) {
	if _, ok := f.info.Uses[name].(*types.PkgName); !ok {
		return
	}
	switch object := f.info.Uses[qualified.Sel].(type) {
	case *types.TypeName:
		if named, ok := object.Type().(*types.Named); !ok || named.TypeParams().Len() == 0 {
			used.add(&used.types, f.text(qualified))
		}
	case *types.Func:
		if signature, ok := object.Type().(*types.Signature); ok && signature.TypeParams().Len() == 0 {
			used.add(&used.values, f.text(qualified))
		}
	case *types.Var, *types.Const:
		used.add(&used.values, f.text(qualified))
	}
}

// isLocal reports whether a variable is declared inside a function.
func isLocal(v *types.Var) bool {
	return !v.IsField() && v.Pkg() != nil && v.Parent() != nil && v.Parent() != v.Pkg().Scope()
}

func declaredIn(at token.Pos, nodes []ast.Node) bool {
	return slices.ContainsFunc(nodes, func(n ast.Node) bool { return n.Pos() <= at && at < n.End() })
}
