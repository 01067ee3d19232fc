package operators

import (
	"go/ast"
	"slices"
)

// syncs lists the names of calls that make something durable, and changes those of calls that change what is on a disk.
var (
	syncs = []string{
		"Sync", "Fsync", "Fdatasync", "SyncData", "SyncDir", "SyncAll", "SyncFileRange", "FsyncDir", "Msync", "Datasync",
		"fsync", "fdatasync", "syncDir", "fsyncDir",
	}
	changes = []string{
		"Write", "WriteAt", "WriteString", "WriteFile", "Pwrite", "Rename", "Renameat", "Remove", "RemoveAll", "Unlink", "Link",
		"Create", "OpenFile", "Mkdir", "MkdirAll", "Truncate", "Ftruncate", "Fallocate", "Close", "Flush",
	}
)

// isDurable reports whether a call of this name is a durable step.
func isDurable(name string) bool {
	return slices.Contains(syncs, name) || slices.Contains(changes, name)
}

// durability adds the mutations of the durability operators that begin at n.
func durability(f *file, n ast.Node) {
	switch n := n.(type) {
	case *ast.CallExpr:
		dropSync(f, n)
	case *ast.BlockStmt:
		durabilityOf(f, n.List)
	case *ast.CaseClause:
		durabilityOf(f, n.Body)
	case *ast.CommClause:
		durabilityOf(f, n.Body)
	}
}

// durabilityOf adds mutations that involve several statements of a block.
func durabilityOf(f *file, list []ast.Stmt) {
	mutateLocks(f, list)
	units := unitsOf(list)
	for i := range units {
		dropCheck(f, units[i])
		if i > 0 {
			swapSteps(f, units[i-1], units[i])
		}
	}
}

// called returns the name of the function that an expression calls, or "" if it is not a call.
func called(e ast.Expr) string {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return ""
	}
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		return fun.Sel.Name
	case *ast.Ident:
		return fun.Name
	}
	return ""
}
