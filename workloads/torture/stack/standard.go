package stack

import (
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

// sourceRoot returns where the standard library was compiled, such as "/usr/local/go/src/", or "" if paths were trimmed.
var sourceRoot = sync.OnceValue(func() string {
	f := runtime.FuncForPC(reflect.ValueOf(strings.Count).Pointer())
	if f == nil {
		return ""
	}
	file, _ := f.FileLine(f.Entry())
	before, _, _ := strings.Cut(file, "strings/strings.go")
	return before
})

// mainModule returns the path of the main module of this program.
var mainModule = sync.OnceValue(func() string {
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Path != "" {
		return build.Main.Path
	}
	return "command-line-arguments"
})

// isStandard reports whether a function is in the standard library. If the file does not show it, the name does:
// outside the standard library, the first element of an import path has a dot, except possibly in the main module.
func isStandard(function, file string) bool {
	if root := sourceRoot(); root != "" && file != "" {
		return strings.HasPrefix(file, root)
	}
	p := packageOf(function)
	first, _, _ := strings.Cut(p, "/")
	return !strings.Contains(first, ".") && first != "main" && p != mainModule() && !strings.HasPrefix(p, mainModule()+"/")
}
