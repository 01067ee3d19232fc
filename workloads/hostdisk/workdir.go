package hostdisk

import (
	"fmt"
	"os"
)

// WorkDir is the working directory of the process, in which relative names of files are looked up. An engine that changes it
// breaks whatever else the process does.
type WorkDir struct {
	dir  string // empty: unknown
	left string // where an engine has gone; empty: nowhere
}

// NewWorkDir returns the working directory as it is now.
func NewWorkDir() WorkDir {
	dir, err := os.Getwd()
	if err != nil {
		return WorkDir{}
	}
	return WorkDir{dir: dir}
}

// ComeBack goes back to the directory if an engine has left it.
func (w *WorkDir) ComeBack() {
	if w.dir == "" {
		return
	}
	now, err := os.Getwd()
	if err != nil {
		now = "one that is gone"
	}
	if now == w.dir {
		return
	}
	if w.left == "" {
		w.left = now
	}
	_ = os.Chdir(w.dir) // what is written there says what is wrong
}

// Reason says what an engine has done to the directory; empty: nothing.
func (w *WorkDir) Reason() string {
	if w.left == "" {
		return ""
	}
	return fmt.Sprintf("the engine has changed the working directory of the process, from %s to %s: it must not, since all of the process has it",
		w.dir, w.left)
}
