package mutate

import (
	"go/ast"
	"slices"
	"strings"
)

// sync drops a sync. In its place stands a call that does nothing, but mentions what the sync did, so that nothing that
// was used is unused now.
func (f *file) sync(call *ast.CallExpr) {
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
