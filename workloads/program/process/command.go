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
	"strings"
	"time"
)

// Command is one call of a program.
type Command struct {
	Args []string
	Env  []string // "NAME=VALUE", beside the environment of the lab
	Room *Room    // nil: where the lab is
}

// Ended is how a call ended.
type Ended struct {
	Code   int  // negative: a signal ended it, or the lab did
	Late   bool // it did not end in time and was killed
	Stdout []string
	Stderr []string // the last lines of both
	Crash  string   // why a Go program crashed, as it says; empty if it did not
}

// ErrNotRun says that a program could not be started.
var ErrNotRun = errors.New("cannot be run")

// Run calls a program and waits for it. A program that does not end in time is killed, with the processes that it has started
// in its own group. The error says that it could not be started, or is that of ctx.
func (c Command) Run(ctx context.Context, patience time.Duration) (Ended, error) {
	stdout := &Tail{}
	end, err := c.runTo(ctx, patience, stdout)
	end.Stdout = stdout.Lines()
	return end, err
}

// RunAll is Run, and returns all that was printed on standard output.
func (c Command) RunAll(ctx context.Context, patience time.Duration) (Ended, string, error) {
	var stdout limited
	end, err := c.runTo(ctx, patience, &stdout)
	if stdout.Len() == maxOutputBytes {
		err = errors.Join(err, fmt.Errorf("%s prints more than %d bytes; let it print a checksum", c.Args[0], maxOutputBytes))
	}
	return end, stdout.String(), err
}

// maxOutputBytes is how much a command may print whose output is needed.
const maxOutputBytes = 64 << 20

// limited keeps the beginning of what is written to it.
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
	return Ended{Code: cmd.ProcessState.ExitCode(), Late: inTime.Err() != nil, Stderr: stderr.Lines(), Crash: stderr.Crash()}, nil
}

// WaitDelay is how long the output of a process that has ended is waited for: a child of it may still have it open.
const WaitDelay = time.Second

// Last returns the last line; the fallback if there is none.
func (e *Ended) Last(fallback string) string {
	for _, lines := range [][]string{e.Stdout, e.Stderr} {
		if len(lines) > 0 {
			return strings.TrimSpace(lines[len(lines)-1])
		}
	}
	return fallback
}

// NoSuchCommand reports whether the exit code is that of a shell that has not found a command.
func (e *Ended) NoSuchCommand() bool { return e.Code == 126 || e.Code == 127 }

// How says how a program ended, if not as it should.
func (e *Ended) How() string {
	switch {
	case e.Late:
		return "did not end in time and was killed"
	case e.Code < 0:
		return "was killed by a signal"
	case e.Code > 0:
		return fmt.Sprintf("ended with exit code %d: %s", e.Code, cmp.Or(e.Crash, e.Last("it printed nothing")))
	}
	return ""
}
