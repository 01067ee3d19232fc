package yields

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// The functions that are added to each package.
const (
	yieldName = "lightningYield"
	laterName = "lightningLater"
)

// added is the file with these functions, but for its package clause.
const added = `
import (
	lightningRand "math/rand/v2"
	lightningRuntime "runtime"
	lightningAtomic "sync/atomic"
)

// lightningRate is the logarithm of how many statements there are between two yields, on average.
var lightningRate lightningAtomic.Uint32

func lightningYield() bool {
	draw := lightningRand.Uint64()
	rate := 7 + lightningRate.Load()
	if draw&(1<<rate-1) != 0 {
		return true
	}
	draw >>= rate
	for turns := 1 << (draw % 10); turns > 0; turns-- {
		lightningRuntime.Gosched()
	}
	if draw = draw / 10; draw%16 == 0 {
		lightningRate.Store(uint32(draw / 16 % 8))
	}
	return true
}

func lightningLater[T any](value T) T {
	lightningYield()
	return value
}
`

// insertion is text to insert at an offset, in place of the next cut bytes.
type insertion struct {
	at, cut int
	text    string
}

// rewriter collects the insertions into a file.
type rewriter struct {
	fset   *token.FileSet
	source string
	all    []insertion
}

// rewrite returns the source of a file with yields in it. The name is for errors.
func rewrite(name, source string) (string, error) {
	r := &rewriter{fset: token.NewFileSet(), source: source}
	f, err := parser.ParseFile(r.fset, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrSource, err)
	}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil && !special(fn) {
			ast.Inspect(fn.Body, r.visit)
		}
	}
	slices.SortStableFunc(r.all, func(a, b insertion) int { return a.at - b.at })
	var out strings.Builder
	from := 0
	for _, i := range r.all {
		out.WriteString(source[from:i.at])
		out.WriteString(i.text)
		from = i.at + i.cut
	}
	out.WriteString(source[from:])
	return out.String(), nil
}

// special reports whether the compiler has been told something about a function that calls in it might break.
func special(fn *ast.FuncDecl) bool {
	return fn.Doc != nil && slices.ContainsFunc(fn.Doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:") })
}

func (r *rewriter) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BlockStmt:
		r.list(n.List)
	case *ast.CaseClause:
		r.list(n.Body)
	case *ast.CommClause:
		r.list(n.Body)
	case *ast.IfStmt:
		if n.Init != nil {
			r.insert(n.Cond.Pos(), yieldName+"() && (")
			r.insert(n.Cond.End(), ")")
		}
	case *ast.IncDecStmt:
		if isField(n.X) {
			r.replace(n.TokPos, len("++"), " = "+laterName+"("+r.text(n.X)+") "+n.Tok.String()[:1]+" 1")
		}
	case *ast.AssignStmt:
		r.assign(n)
	}
	return true
}

// list puts a yield before each statement of a list.
func (r *rewriter) list(statements []ast.Stmt) {
	for _, s := range statements {
		switch s.(type) {
		case *ast.EmptyStmt, *ast.BranchStmt, *ast.CaseClause, *ast.CommClause:
		default:
			r.insert(s.Pos(), yieldName+"(); ")
		}
	}
}

// assign separates the read of a field from the write of the same field.
func (r *rewriter) assign(n *ast.AssignStmt) {
	if len(n.Lhs) != 1 || !isField(n.Lhs[0]) {
		return
	}
	field := r.text(n.Lhs[0])
	switch {
	case n.Tok == token.ASSIGN:
		if call, ok := n.Rhs[0].(*ast.CallExpr); ok && isAppend(call) && r.text(call.Args[0]) == field {
			r.insert(call.Pos(), laterName+"(")
			r.insert(call.End(), ")")
		}
	case n.Tok != token.DEFINE:
		operator := strings.TrimSuffix(n.Tok.String(), "=")
		r.replace(n.TokPos, len(operator)+1, "= "+laterName+"("+field+") "+operator)
		r.insert(n.Rhs[0].Pos(), "(")
		r.insert(n.Rhs[0].End(), ")")
	}
}

func isAppend(call *ast.CallExpr) bool {
	name, ok := call.Fun.(*ast.Ident)
	return ok && name.Name == "append" && len(call.Args) > 1
}

// isField reports whether an expression is a field, reached by names alone, so that it can be evaluated twice.
func isField(e ast.Expr) bool {
	for field := false; ; field = true {
		switch x := e.(type) {
		case *ast.SelectorExpr:
			e = x.X
		case *ast.Ident:
			return field
		default:
			return false
		}
	}
}

func (r *rewriter) insert(at token.Pos, text string) { r.replace(at, 0, text) }

func (r *rewriter) replace(at token.Pos, cut int, text string) {
	r.all = append(r.all, insertion{r.fset.Position(at).Offset, cut, text})
}

func (r *rewriter) text(e ast.Expr) string {
	return r.source[r.fset.Position(e.Pos()).Offset:r.fset.Position(e.End()).Offset]
}
