package operators

import (
	"crypto/sha256"
	"fmt"
	"go/ast"
)

// scope is a top-level declaration.
type scope struct {
	name     string // Function, Type.Method, or the first declared name
	digest   string // of its text
	provable bool   // see Mutation.Provable
	silent   bool   // it produces text, so the classical operators do not apply
}

// scopeOf returns the scope of a declaration or of one spec in a group.
func (f *file) scopeOf(n ast.Node) scope {
	sum := sha256.Sum256([]byte(f.text(n)))
	s := scope{digest: fmt.Sprintf("%x", sum[:4])}
	switch n := n.(type) {
	case *ast.FuncDecl:
		s.name, s.silent = n.Name.Name, makesText(n)
		s.provable = n.Type.TypeParams == nil
		if n.Recv != nil && len(n.Recv.List) > 0 {
			receiver, generic := receiverName(n.Recv.List[0].Type)
			s.name, s.provable = receiver+"."+s.name, !generic
		}
	case *ast.ValueSpec:
		s.name = n.Names[0].Name
	case *ast.TypeSpec:
		s.name = n.Name.Name
	}
	return s
}

// receiverName returns the name of a receiver's type, and whether the type is generic.
func receiverName(e ast.Expr) (name string, generic bool) {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiverName(e.X)
	case *ast.ParenExpr:
		return receiverName(e.X)
	case *ast.IndexExpr:
		name, _ = receiverName(e.X)
		return name, true
	case *ast.IndexListExpr:
		name, _ = receiverName(e.X)
		return name, true
	case *ast.Ident:
		return e.Name, false
	}
	return "", true
}

// makesText reports whether a function is a method that formats a value for readers.
func makesText(n *ast.FuncDecl) bool {
	switch n.Name.Name {
	case "String", "GoString", "Error", "Format":
		return n.Recv != nil
	}
	return false
}

// identify returns the ID of the next mutation of a kind in the scope: path, declaration, kind, number, and a digest of
// the declaration's text.
func (f *file) identify(kind Kind) string {
	place := f.inside + ":" + f.scope.name + ":" + string(kind)
	f.count[place]++
	return fmt.Sprintf("%s:%d@%s", place, f.count[place], f.scope.digest)
}
