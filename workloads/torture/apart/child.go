package apart

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Variable is the environment variable of a child that names the directory that it shares with its parent.
const Variable = "LIGHTNING_TORTURE_CHILD"

// The files of a child.
const (
	crashFile   = "crash"   // what the Go runtime wrote when it ended the process; it exists once the child has begun
	logFile     = "log"     // what was written to package log
	runningFile = "running" // the tokens of the runs that were going on, one slot each
	doneFile    = "done"    // the child has come to its end
	slotBytes   = 1024
)

// Child is this process, if it is one.
type Child struct {
	Dir string // shared with the parent
	// Stderr is where the child writes what its parent's user is to see. What anybody else prints goes through the parent, if that
	// has Process.Printed.
	Stderr  *os.File
	running *os.File
	alone   atomic.Bool // the token of slot 0 is the latest
}

// Inside returns this process as a child; nil if it is none.
var Inside = sync.OnceValue(func() *Child {
	dir := os.Getenv(Variable)
	if dir == "" {
		return nil
	}
	_ = os.Unsetenv(Variable) // a process that this one starts is no child; it fails for bad names only
	c := &Child{Dir: dir, Stderr: os.Stderr}
	if os.Getenv(printedVariable) != "" {
		_ = os.Unsetenv(printedVariable)
		c.Stderr = divert(pipeDescriptor)
	}
	return c
})

// printedVariable says that the child has a pipe for what it prints, which is its first file beside the standard ones.
const (
	printedVariable = "LIGHTNING_TORTURE_PRINTED"
	pipeDescriptor  = 3
)

// Begin prepares this process for its death. What cannot be prepared will be missing from the parent's report.
func (c *Child) Begin() {
	if crash, err := os.Create(filepath.Join(c.Dir, crashFile)); err == nil {
		_ = errors.Join(debug.SetCrashOutput(crash, debug.CrashOptions{}), crash.Close())
	}
	if to, err := os.Create(filepath.Join(c.Dir, logFile)); err == nil {
		log.SetOutput(io.MultiWriter(log.Writer(), to)) // where log.Fatal says why
	}
	c.running, _ = os.Create(filepath.Join(c.Dir, runningFile)) // if it is nil, every use of it is an error
}

// Note keeps the token of what begins in a slot, for the parent. It costs one system call, and what it writes outlives the
// process. Slot 0 is for what goes on alone: its token replaces all others, and the first one in another slot replaces it. Each
// slot has one caller at a time. A token that is too long is not kept.
func (c *Child) Note(slot int, token string) {
	if slot == 0 {
		_ = c.running.Truncate(0) // on an error, here and below, the report has a token too many, or lacks one
		c.alone.Store(true)
	} else if c.alone.CompareAndSwap(true, false) {
		c.write(0, "")
	}
	if len(token) >= slotBytes {
		token = ""
	}
	c.write(slot, token)
}

func (c *Child) write(slot int, token string) {
	_, _ = c.running.WriteAt(fmt.Appendf(nil, "%-*s\n", slotBytes-1, token), int64(slot)*slotBytes)
}

// Done says that the work of the child has come to its end: how the process ends from now on is no death.
func (c *Child) Done() error {
	return os.Rename(filepath.Join(c.Dir, runningFile), filepath.Join(c.Dir, doneFile)) // works even if no file can be opened
}
