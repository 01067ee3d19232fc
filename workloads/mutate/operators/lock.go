package operators

import "go/ast"

// mutateLocks looks for locks that are acquired and released in the same block: X.Lock() with a later X.Unlock(),
// deferred or not.
func mutateLocks(f *file, list []ast.Stmt) {
	for i, s := range list {
		lock := lockCall(s, "Lock")
		if lock == nil {
			continue
		}
		for _, later := range list[i+1:] {
			unlock := lockCall(later, "Unlock")
			if unlock == nil || f.text(unlock.X) != f.text(lock.X) {
				continue
			}
			f.add(WeakenLock, lock, f.replace(lock.Sel, "RLock"), f.replace(unlock.Sel, "RUnlock"))
			f.add(DropLock, lock, f.replace(s, "_ = "+f.text(lock)), f.replace(later, "_ = "+f.text(unlock)))
			break
		}
	}
}

// lockCall returns the selector of a call, deferred or not, of the given method without arguments. It returns nil for
// any other statement.
func lockCall(s ast.Stmt, method string) *ast.SelectorExpr {
	var call *ast.CallExpr
	switch s := s.(type) {
	case *ast.ExprStmt:
		call, _ = s.X.(*ast.CallExpr)
	case *ast.DeferStmt:
		call = s.Call
	}
	if call == nil || len(call.Args) > 0 {
		return nil
	}
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == method {
		return sel
	}
	return nil
}
