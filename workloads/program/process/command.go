package process

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Command is one invocation of a program.
type Command struct {
	Args []string
	Env  []string // "NAME=VALUE", in addition to the lab's environment
	Room *Room    // nil means outside any room
}

// Ended says how a command ended.
type Ended struct {
	Code   int      // the exit code; if a signal killed it, the number of the signal, negative
	Late   bool     // it did not end in time and was killed
	Stdout []string // the last lines
	Stderr []string // the last lines
	Crash  string   // the line in which a Go program says why it crashed; empty if it did not
}

// ErrNotRun is returned if a program could not be started.
var ErrNotRun = errors.New("cannot be run")

// Run runs the command and waits for it. If it does not end within patience, its process group is killed. The error is
// ErrNotRun or that of ctx.
func (c Command) Run(ctx context.Context, patience time.Duration) (Ended, error) {
	stdout := &Tail{}
	end, err := c.runTo(ctx, patience, stdout)
	end.Stdout = stdout.Lines()
	return end, err
}

// RunAll is like Run and also returns everything printed on standard output, up to 64 MiB.
func (c Command) RunAll(ctx context.Context, patience time.Duration) (Ended, string, error) {
	var stdout limited
	end, err := c.runTo(ctx, patience, &stdout)
	if stdout.Len() == maxOutputBytes {
		err = errors.Join(err, fmt.Errorf("%s prints more than %d bytes; let it print a checksum", c.Args[0], maxOutputBytes))
	}
	return end, stdout.String(), err
}

// maxOutputBytes limits the output kept by RunAll.
const maxOutputBytes = 64 << 20

// limited keeps the first maxOutputBytes written to it.
type limited struct{ bytes.Buffer }

func (l *limited) Write(b []byte) (int, error) {
	l.Buffer.Write(b[:min(len(b), maxOutputBytes-l.Len())])
	return len(b), nil
}

func (c Command) runTo(ctx context.Context, patience time.Duration, stdout io.Writer) (Ended, error) {
	inTime, stop := context.WithTimeout(ctx, patience)
	defer stop()
	stderr := &Tail{}
	cmd := exec.CommandContext(inTime, c.Args[0], c.Args[1:]...)
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.WaitDelay = WaitDelay
	InGroup(cmd)
	cmd.Cancel = func() error { return KillGroup(cmd) }
	if err := c.Room.Start(cmd); err != nil {
		return Ended{}, err
	}
	err := cmd.Wait()
	if ctx.Err() != nil {
		return Ended{}, context.Cause(ctx)
	}
	if cmd.ProcessState == nil {
		return Ended{}, err
	}
	return Ended{Code: codeOf(cmd.ProcessState), Late: inTime.Err() != nil, Stderr: stderr.Lines(), Crash: stderr.Crash()}, nil
}

// WaitDelay is how long to wait for more output after a process has ended, because a child of it may still have the pipe open.
const WaitDelay = time.Second

// Last returns the last line of standard output, or else of standard error, or else the fallback.
func (e *Ended) Last(fallback string) string {
	for _, lines := range [][]string{e.Stdout, e.Stderr} {
		if len(lines) > 0 {
			return strings.TrimSpace(lines[len(lines)-1])
		}
	}
	return fallback
}

// NoSuchCommand reports whether the exit code is that of a shell that could not run a command (126 or 127).
func (e *Ended) NoSuchCommand() bool { return e.Code == 126 || e.Code == 127 }

// Crashed says why the command crashed: the panic of a Go program, or a signal such as that of a bad memory access. It
// is empty if the command did not crash. A shell passes on the exit code of a Go program, and reports a signal as 128
// plus its number.
func (e *Ended) Crashed() string {
	const panicked, shellSignals = 2, 128
	number := e.Code - shellSignals
	switch {
	case e.Code == panicked:
		return e.Crash
	case e.Code < 0:
		number = -e.Code
	}
	if signal := syscall.Signal(number); slices.Contains(crashes, signal) {
		return cmp.Or(e.Crash, signal.String())
	}
	return ""
}

// crashes are the signals that a program gets for what it does itself.
var crashes = []syscall.Signal{syscall.SIGABRT, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL, syscall.SIGSEGV, syscall.SIGTRAP}

// How says how the command failed, as the end of a sentence; it is empty if the exit code was 0.
func (e *Ended) How() string {
	switch {
	case e.Late:
		return "did not end in time and was killed; it printed last: " + e.Last("nothing")
	case e.Code < 0:
		return fmt.Sprintf("was killed by a signal (%v)", syscall.Signal(-e.Code))
	case e.Code > 0:
		return fmt.Sprintf("ended with exit code %d: %s", e.Code, cmp.Or(e.Crash, e.Last("it printed nothing")))
	}
	return ""
}
