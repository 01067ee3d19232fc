package cli

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
)

// binary is how this binary is called.
type binary struct {
	short   string // one word, at the beginning of errors: "torture"
	command string // the beginning of a line to paste: "torture" or "go run example.com/mine/cmd/torture"
	arg0    string // os.Args[0]
}

// nameOf decides how a binary is called, by the first of these rules that applies:
//
//  1. An App that has a name is called by it.
//  2. An installed binary, which the shell finds in PATH by the last element of os.Args[0], is called by that element.
//  3. A binary that was not built by the go command is called by its file, os.Args[0].
//  4. A binary that was built from a list of files, as by "go run main.go", is called "go run .".
//  5. Any other binary is called "go run" with the import path of its main package, because the binary that go run
//     builds is gone when it ends.
func nameOf(app, arg0 string, installed bool, build *debug.BuildInfo) binary {
	base := strings.TrimSuffix(filepath.Base(arg0), ".exe")
	switch {
	case app != "":
		return binary{app, app, arg0}
	case installed:
		return binary{base, base, arg0}
	case build == nil || build.Path == "":
		return binary{base, arg0, arg0} // not built by the go command
	case build.Path == "command-line-arguments": // go run main.go
		return binary{base, "go run .", arg0}
	}
	return binary{lastElement(build.Path), "go run " + build.Path, arg0}
}

// inPath reports whether the shell finds this binary by the last element of arg0.
func inPath(arg0 string) bool {
	found, err := exec.LookPath(filepath.Base(arg0))
	if err != nil {
		return false
	}
	self, err := os.Executable()
	if err != nil {
		return false
	}
	there, thereErr := os.Stat(found)
	here, hereErr := os.Stat(self)
	return thereErr == nil && hereErr == nil && os.SameFile(there, here)
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// lastElement returns the name that go install gives to a main package.
func lastElement(importPath string) string {
	dir, last := path.Split(importPath)
	if majorVersion.MatchString(last) && dir != "" {
		return path.Base(dir)
	}
	return last
}

// underGoTest returns the beginning of a command line for go test -exec. That sets GOOS, so go run would build this
// binary for the wrong system. The name by which go test called it is a file or a word in PATH.
func (b binary) underGoTest() string {
	if strings.HasPrefix(b.command, "go run ") {
		return b.arg0
	}
	return b.command
}

// labName is the name of the project's own command. Examples are written for it.
const labName = "lightning-torture"

// inExample puts the name of this binary into the example of a command.
func (b binary) inExample(text string) string {
	text = strings.ReplaceAll(text, "-exec '"+labName+" ", "-exec '"+b.short+" ")
	return strings.ReplaceAll(text, labName+" ", b.command+" ")
}
