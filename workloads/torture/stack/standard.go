package stack

import (
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

// sourceRoot is where the standard library was compiled, such as "/usr/local/go/src/"; empty: the paths of files were trimmed.
var sourceRoot = sync.OnceValue(func() string {
	f := runtime.FuncForPC(reflect.ValueOf(strings.Count).Pointer())
	if f == nil {
		return ""
	}
	file, _ := f.FileLine(f.Entry())
	before, _, _ := strings.Cut(file, "strings/strings.go")
	return before
})

// mainModule is the path of the module that this program was built in.
var mainModule = sync.OnceValue(func() string {
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Path != "" {
		return build.Main.Path
	}
	return "command-line-arguments"
})

// isStandard reports whether a function is one of the standard library. Where files do not tell, names do: the first element of
// an import path outside it has a dot, unless it is that of the main module.
func isStandard(function, file string) bool {
	if root := sourceRoot(); root != "" && file != "" {
		return strings.HasPrefix(file, root)
	}
	p := packageOf(function)
	first, _, _ := strings.Cut(p, "/")
	return !strings.Contains(first, ".") && first != "main" && p != mainModule() && !strings.HasPrefix(p, mainModule()+"/")
}
