package gotest

import (
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
)

// Home is the package whose tests this process runs.
type Home struct {
	Dir     string // the directory of the package, where the go command started the process
	Root    string // the root of its module; empty: unknown, or not the module of the go command
	Package string // the package as an argument of "go test" in Root, such as "./kv"; without Root, its import path
	Tags    string // the build tags of the binary, separated by commas
}

// Here returns the home of this process. It is correct if the process had not changed its working directory before
// package gotest was initialized.
var Here = sync.OnceValue(func() Home {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		build = &debug.BuildInfo{}
	}
	return homeOf(started, build)
})

// started is the working directory at the start of the process; tests may change it.
var started, _ = os.Getwd() // empty: unknown

func homeOf(dir string, build *debug.BuildInfo) Home {
	h := Home{Dir: dir, Package: strings.TrimSuffix(build.Path, ".test")}
	for _, s := range build.Settings {
		if s.Key == "-tags" {
			h.Tags = s.Value
		}
	}
	root := ModuleRoot(dir)
	if root == "" {
		return h
	}
	rel, err := filepath.Rel(root, dir)
	if err != nil {
		return h
	}
	rel = filepath.ToSlash(rel)
	if main := build.Main.Path; main != "" && h.Package != path.Join(main, rel) {
		return h // a test of another module, named by its import path
	}
	h.Root, h.Package = root, "./"+rel
	if rel == "." {
		h.Package = "."
	}
	return h
}

// ModuleRoot returns the nearest directory with a go.mod, starting at dir and going up; "" if there is none.
func ModuleRoot(dir string) string {
	for at := dir; at != ""; at = filepath.Dir(at) {
		if info, err := os.Stat(filepath.Join(at, "go.mod")); err == nil && info.Mode().IsRegular() {
			return at
		}
		if filepath.Dir(at) == at {
			break
		}
	}
	return ""
}

// Shown returns a path relative to the root of the module. It returns other paths unchanged, as well as all paths if
// the root is unknown.
func (h Home) Shown(file string) string {
	if h.Root == "" {
		return file
	}
	rel, err := filepath.Rel(h.Root, h.Abs(file))
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return file
	}
	return filepath.ToSlash(rel)
}

// Abs returns the absolute path of a file given relative to the directory of the package.
func (h Home) Abs(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(h.Dir, file)
}

// Find returns the absolute path of a file that the user named relative to the directory of the package or to the root
// of the module. ok is false if it does not exist.
func (h Home) Find(file string) (found string, ok bool) {
	for _, base := range []string{h.Dir, h.Root} {
		at := file
		if !filepath.IsAbs(at) && base != "" {
			at = filepath.Join(base, file)
		}
		if info, err := os.Stat(at); err == nil && info.Mode().IsRegular() {
			return at, true
		}
	}
	return "", false
}
