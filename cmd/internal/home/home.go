package home

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/torture/gotest"
)

// Home is the directory of a main package, as seen from the working directory. The zero value means that it is
// unknown.
type Home struct {
	Dir    string // as an argument for cp
	Inside bool   // the working directory is in the same module, so Dir is also an argument for go test
}

// Here returns the home of this process. It must be called by main or by something that main has called.
func Here() Home {
	cwd, err := os.Getwd()
	if err != nil {
		return Home{}
	}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		build = &debug.BuildInfo{}
	}
	return homeOf(fileOfMain(), cwd, build.Main.Path)
}

// fileOfMain returns the file that contains the function main, as recorded by the compiler; "" if main is not on the
// stack.
func fileOfMain() string {
	calls := make([]uintptr, 64)
	frames := runtime.CallersFrames(calls[:runtime.Callers(1, calls)])
	for more := true; more; {
		var f runtime.Frame
		if f, more = frames.Next(); f.Function == "main.main" {
			return filepath.FromSlash(f.File)
		}
	}
	return ""
}

// homeOf finds the directory of a file. With -trimpath, file begins with the path of the module.
func homeOf(file, cwd, module string) Home {
	here := gotest.ModuleRoot(cwd)
	if rest, trimmed := strings.CutPrefix(filepath.ToSlash(file), module+"/"); trimmed && module != "" && here != "" && pathOf(here) == module {
		file = filepath.Join(here, filepath.FromSlash(rest))
	}
	if info, err := os.Stat(file); !filepath.IsAbs(file) || err != nil || !info.Mode().IsRegular() {
		return Home{}
	}
	dir := filepath.Dir(file)
	rel, err := filepath.Rel(cwd, dir)
	if here == "" || here != gotest.ModuleRoot(dir) || err != nil {
		return Home{Dir: dir}
	}
	if rel = filepath.ToSlash(rel); rel != "." && !strings.HasPrefix(rel, "../") && rel != ".." {
		rel = "./" + rel
	}
	return Home{Dir: rel, Inside: true}
}

// Line returns the shell line that copies the test of a finding into the package and runs it; "" if the home is
// unknown.
func (h Home) Line(file, test string) string {
	dir, run := gotest.Quote(h.Dir), gotest.Quote("^"+test+"$")
	switch {
	case h.Dir == "":
		return ""
	case h.Inside:
		return "cp " + gotest.Quote(file) + " " + dir + " && go test -run " + run + " " + dir
	}
	return "cp " + gotest.Quote(file) + " " + dir + " && go -C " + dir + " test -run " + run + " ."
}

var moduleLine = regexp.MustCompile(`(?m)^\s*module\s+"?([^\s"]+)`)

// pathOf returns the path of the module whose root is a directory.
func pathOf(root string) string {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return ""
	}
	if found := moduleLine.FindSubmatch(text); found != nil {
		return path.Clean(string(found[1]))
	}
	return ""
}
