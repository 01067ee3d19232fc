package torture

import (
	"fmt"
	"os"
)

// workDir is the working directory of the process, in which relative names of files are looked up. An engine that changes it
// breaks whatever else the process does.
type workDir struct {
	dir  string // empty: unknown
	left string // where an engine has gone; empty: nowhere
}

func newWorkDir() workDir {
	dir, err := os.Getwd()
	if err != nil {
		return workDir{}
	}
	return workDir{dir: dir}
}

// comeBack goes back to the directory if an engine has left it.
func (w *workDir) comeBack() {
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

// reason says what an engine has done to the directory.
func (w *workDir) reason() string {
	return fmt.Sprintf("the engine has changed the working directory of the process, from %s to %s: it must not, since all of the process has it",
		w.dir, w.left)
}
