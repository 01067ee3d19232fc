package hostdisk

import (
	"fmt"
	"os"
)

// WorkDir is the working directory of the process, against which relative file names are resolved. An engine that
// changes it breaks everything else in the process.
type WorkDir struct {
	dir  string // empty: unknown
	left string // where an engine has moved it; empty: nowhere
}

// NewWorkDir returns the current working directory.
func NewWorkDir() WorkDir {
	dir, err := os.Getwd()
	if err != nil {
		return WorkDir{}
	}
	return WorkDir{dir: dir}
}

// ComeBack restores the directory if an engine has changed it.
func (w *WorkDir) ComeBack() {
	if w.dir == "" {
		return
	}
	now, err := os.Getwd()
	if err != nil {
		now = "a directory that no longer exists"
	}
	if now == w.dir {
		return
	}
	if w.left == "" {
		w.left = now
	}
	_ = os.Chdir(w.dir) // if this fails, the next write of a file reports it
}

// Reason says how an engine has changed the directory; empty if it has not.
func (w *WorkDir) Reason() string {
	if w.left == "" {
		return ""
	}
	return fmt.Sprintf("the engine has changed the working directory of the process, from %s to %s: it must not, because the whole process shares it",
		w.dir, w.left)
}
