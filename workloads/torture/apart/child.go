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

// variable is the environment variable that names the directory which a child shares with its parent.
const variable = "LIGHTNING_TORTURE_CHILD"

// The files of a child.
const (
	crashFile   = "crash"   // what the Go runtime printed when it ended the process; exists once the child has called Begin
	logFile     = "log"     // output of package log
	runningFile = "running" // the tokens of the runs in progress, one slot each
	doneFile    = "done"    // exists once the child is done
	slotBytes   = 1024
)

// Child is this process, if it is a child.
type Child struct {
	Dir string // shared with the parent
	// Stderr is where the child writes what the user of its parent should see. If the parent has set Process.Printed,
	// everything else that is printed goes through the parent.
	Stderr  *os.File
	running *os.File
	alone   atomic.Bool // the latest token is that of slot 0
}

// Inside returns this process as a child; nil if it is not a child.
var Inside = sync.OnceValue(func() *Child {
	dir := os.Getenv(variable)
	if dir == "" {
		return nil
	}
	_ = os.Unsetenv(variable) // a process started by this one is not a child; Unsetenv fails only for invalid names
	c := &Child{Dir: dir, Stderr: os.Stderr}
	if os.Getenv(printedVariable) != "" {
		_ = os.Unsetenv(printedVariable)
		c.Stderr = divert(pipeDescriptor)
	}
	return c
})

// printedVariable tells the child that it has a pipe for its output, as its first file after the standard ones.
const (
	printedVariable = "LIGHTNING_TORTURE_PRINTED"
	pipeDescriptor  = 3
)

// Begin makes sure that the parent learns how this process ends if it ends before its work is done. Whatever cannot be
// set up will be missing from the parent's report.
func (c *Child) Begin() {
	if crash, err := os.Create(filepath.Join(c.Dir, crashFile)); err == nil {
		_ = errors.Join(debug.SetCrashOutput(crash, debug.CrashOptions{}), crash.Close())
	}
	if to, err := os.Create(filepath.Join(c.Dir, logFile)); err == nil {
		log.SetOutput(io.MultiWriter(log.Writer(), to)) // where log.Fatal says why
	}
	c.running, _ = os.Create(filepath.Join(c.Dir, runningFile)) // if it is nil, every use of it returns an error
}

// Note records the token of what begins in a slot, for the parent. It costs one system call, and the record outlives
// the process. Slot 0 is for what runs alone: its token replaces all others, and the next token in another slot
// replaces it. Each slot has one caller at a time. Tokens that are too long are dropped.
func (c *Child) Note(slot int, token string) {
	if slot == 0 {
		_ = c.running.Truncate(0) // after an error, here and below, the report has a stale token or lacks one
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

// Done says that the child has finished its work. However the process ends from now on, it is not a death.
func (c *Child) Done() error {
	return os.Rename(filepath.Join(c.Dir, runningFile), filepath.Join(c.Dir, doneFile)) // works even if no file can be opened
}
