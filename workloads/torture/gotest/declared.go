package gotest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// Declares finds the test file in dir that declares a function, and returns the name of its package, such as "kv" or
// "kv_test". ok is false if there is none.
func Declares(dir, function string) (name string, ok bool) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", false
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		source, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, e.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			continue // the file may have changed since it was compiled
		}
		for _, d := range source.Decls {
			if f, isFunc := d.(*ast.FuncDecl); isFunc && f.Recv == nil && f.Name.Name == function {
				return source.Name.Name, true
			}
		}
	}
	return "", false
}
