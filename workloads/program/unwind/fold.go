package unwind

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/program"
)

// libraries matches the files of C libraries, and of what compilers and sanitizers add.
var libraries = regexp.MustCompile(`^(libc|libpthread|libdl|librt|libm|ld-linux.*|ld-musl.*|ld|libstdc\+\+|libgcc_s|libc\+\+|libc\+\+abi|libunwind|libasan|libubsan|libtsan|libgo)([-.].*)?$`)

// outermost has the functions in which the program begins.
var outermost = []string{
	"main", "main.main", "_start", "runtime.goexit", "runtime.main", "__libc_start_main", "__libc_start_call_main", "clone", "clone3", "start_thread",
}

// fold names the calls of a stack and leaves out those that say nothing about the program. whole reports whether the stack goes
// out to where the program begins.
func fold(calls []at) (frames []program.Frame, whole bool) {
	var all []program.Frame
	lined := map[*module]bool{} // modules with lines
	for _, c := range calls {
		for _, f := range c.module.frames(c.addr) {
			lined[c.module] = lined[c.module] || f.Line > 0
			function, _, _ := strings.Cut(f.Function, "+")
			whole = whole || slices.Contains(outermost, function)
		}
	}
	for _, c := range calls {
		for _, f := range c.module.frames(c.addr) {
			all = append(all, f)
			// Without a line in a module that has some, it is in a library that was linked statically.
			if !(f.Line == 0 && lined[c.module] && c.module.named.golang == nil) && !c.module.library(f) {
				frames = append(frames, f)
			}
		}
	}
	if len(frames) == 0 {
		frames = all
	}
	return frames[:min(len(frames), program.StackMax)], whole
}

// library reports whether a call is inside the C library, or the runtime or standard library of a language.
func (m *module) library(f program.Frame) bool {
	switch {
	case libraries.MatchString(path.Base(m.path)), strings.HasPrefix(f.Function, "_start"), strings.HasPrefix(f.Function, "__libc_start"):
		return true
	case m.named.golang != nil && strings.Contains(f.Function, "."):
		return m.named.standardGo(f)
	case strings.HasPrefix(f.File, "/rustc/"), strings.Contains(f.File, "/lib/rustlib/src/rust/library/"), strings.HasPrefix(f.File, "/usr/include/c++/"):
		return true
	}
	return false
}

// standardGo reports whether a function is in Go's standard library.
func (n *names) standardGo(f program.Frame) bool {
	if f.File != "" {
		return n.standardFile(f.File)
	}
	dir, base := path.Split(f.Function)
	name, _, _ := strings.Cut(base, ".")
	return n.standardPath(dir + name)
}

// standardFile reports whether a source file is in Go's standard library. If the program was built with -trimpath, it begins with
// the path of its package.
func (n *names) standardFile(file string) bool {
	if n.goRoot != "" {
		return strings.HasPrefix(file, n.goRoot)
	}
	return !path.IsAbs(file) && n.standardPath(path.Dir(file))
}

// standardPath reports whether a package is in Go's standard library. The first element of the path of any other package has a dot,
// except possibly in the main module.
func (n *names) standardPath(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return !strings.Contains(first, ".") && first != "main" && pkg != n.goMain && !strings.HasPrefix(pkg, n.goMain+"/")
}
