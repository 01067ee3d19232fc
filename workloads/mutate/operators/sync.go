package operators

import (
	"go/ast"
	"slices"
	"strings"
)

// dropSync replaces a sync by a call that does nothing. The call mentions what the sync used, so that the compiler
// finds no unused variables.
func dropSync(f *file, call *ast.CallExpr) {
	if !slices.Contains(syncs, called(call)) || call.Ellipsis.IsValid() {
		return
	}
	mentioned := []string{f.text(call.Fun)}
	for _, arg := range call.Args {
		mentioned = append(mentioned, f.text(arg))
	}
	blanks := strings.Join(slices.Repeat([]string{"_"}, len(mentioned)), ", ")
	nothing := "func() error { " + blanks + " = " + strings.Join(mentioned, ", ") + "; return nil }()"
	f.add(DropSync, call, f.replace(call, nothing))
}
