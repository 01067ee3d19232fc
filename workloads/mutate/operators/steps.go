package operators

import (
	"go/ast"
	"go/token"
)

// unit is a statement of a block, or an assignment of an error together with the next statement, which checks it.
type unit struct {
	stmts []ast.Stmt
	step  bool        // the unit is a durable step
	check *ast.IfStmt // checks the step's error and only returns; nil if there is none
}

func (u unit) Pos() token.Pos { return u.stmts[0].Pos() }
func (u unit) End() token.Pos { return u.stmts[len(u.stmts)-1].End() }

func unitsOf(list []ast.Stmt) []unit {
	var units []unit
	for i := 0; i < len(list); i++ {
		u := unit{stmts: list[i : i+1], step: isStep(list[i])}
		if check, ok := list[i].(*ast.IfStmt); ok && check.Init != nil && onlyReturns(check) {
			u.check = check
		}
		if _, assigns := list[i].(*ast.AssignStmt); assigns && i+1 < len(list) {
			if check, ok := list[i+1].(*ast.IfStmt); ok && check.Init == nil && onlyReturns(check) {
				u.stmts, u.check = list[i:i+2], check
				i++
			}
		}
		units = append(units, u)
	}
	return units
}

// isStep reports whether a statement is a single durable call, with or without a check of its error.
func isStep(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ExprStmt:
		return isDurable(called(s.X))
	case *ast.AssignStmt:
		return len(s.Rhs) == 1 && isDurable(called(s.Rhs[0]))
	case *ast.IfStmt:
		return s.Init != nil && s.Else == nil && isStep(s.Init)
	}
	return false
}

// onlyReturns reports whether an if statement compares an error with nil and only returns if there is one.
func onlyReturns(s *ast.IfStmt) bool {
	if s.Else != nil || len(s.Body.List) != 1 || errorOf(s) == "" {
		return false
	}
	_, ok := s.Body.List[0].(*ast.ReturnStmt)
	return ok
}

// errorOf returns the variable that an if statement compares with nil by !=, or "" if it does anything else.
func errorOf(s *ast.IfStmt) string {
	cond, ok := s.Cond.(*ast.BinaryExpr)
	if !ok || cond.Op != token.NEQ {
		return ""
	}
	err, ok := cond.X.(*ast.Ident)
	if none, isIdent := cond.Y.(*ast.Ident); !ok || !isIdent || none.Name != "nil" {
		return ""
	}
	return err.Name
}

// dropCheck ignores the error of a durable step.
func dropCheck(f *file, u unit) {
	if !u.step || u.check == nil {
		return
	}
	f.add(DropCheck, u.check, f.replace(u.check.Body.List[0], "_ = "+errorOf(u.check)))
}

// swapSteps swaps two durable steps. Comments between them stay in place. A step that declares a variable is not moved
// past its uses.
func swapSteps(f *file, a, b unit) {
	if !a.step || !b.step || declares(a) || declares(b) {
		return
	}
	f.add(SwapSteps, b, f.replaceUnit(a, f.text(b)), f.replaceUnit(b, f.text(a)))
}

func declares(u unit) bool {
	assign, ok := u.stmts[0].(*ast.AssignStmt)
	return ok && assign.Tok == token.DEFINE
}

// replaceUnit returns the edit that replaces a unit by text. If the two units of a swap differ in length, the lines
// between them move; those after the second do not.
func (f *file) replaceUnit(u unit, text string) edit {
	return edit{f.offset(u.Pos()), f.offset(u.End()), text}
}
