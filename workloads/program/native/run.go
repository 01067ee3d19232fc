package native

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// command is one call of a program.
type command struct {
	args []string
	env  []string
}

// ended is how a call ended.
type ended struct {
	code   int // negative: a signal ended it, or the lab did
	late   bool
	stdout []string // the last lines
	stderr []string
}

// errNotRun says that a program could not be started.
var errNotRun = errors.New("cannot be run")

// run calls a program and waits for it. A program that does not end in time is killed, with the processes that it has started
// in its own group. The error says that it could not be started, or is that of ctx.
func (c command) run(ctx context.Context, patience time.Duration) (ended, error) {
	stdout := &tail{}
	end, err := c.runTo(ctx, patience, stdout)
	end.stdout = stdout.lines()
	return end, err
}

// runAll is run, and returns all that was printed on standard output.
func (c command) runAll(ctx context.Context, patience time.Duration) (ended, string, error) {
	var stdout limited
	end, err := c.runTo(ctx, patience, &stdout)
	if stdout.Len() == maxDumpBytes {
		err = errors.Join(err, fmt.Errorf("%s prints more than %d bytes; let it print a checksum", c.args[0], maxDumpBytes))
	}
	return end, stdout.String(), err
}

// maxDumpBytes is how much a dump may print.
const maxDumpBytes = 64 << 20

// limited keeps the beginning of what is written to it.
type limited struct{ bytes.Buffer }

func (l *limited) Write(b []byte) (int, error) {
	l.Buffer.Write(b[:min(len(b), maxDumpBytes-l.Len())])
	return len(b), nil
}

func (c command) runTo(ctx context.Context, patience time.Duration, stdout io.Writer) (ended, error) {
	inTime, stop := context.WithTimeout(ctx, patience)
	defer stop()
	stderr := &tail{}
	cmd := exec.CommandContext(inTime, c.args[0], c.args[1:]...)
	cmd.Env = append(os.Environ(), c.env...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.WaitDelay = waitDelay
	inGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }
	if err := cmd.Start(); err != nil {
		return ended{}, fmt.Errorf("%s %w: %w", c.args[0], errNotRun, err)
	}
	err := cmd.Wait()
	if ctx.Err() != nil {
		return ended{}, context.Cause(ctx)
	}
	if cmd.ProcessState == nil {
		return ended{}, err
	}
	return ended{code: cmd.ProcessState.ExitCode(), late: inTime.Err() != nil, stderr: stderr.lines()}, nil
}

// waitDelay is how long the output of a process that has ended is waited for: a child of it may still have it open.
const waitDelay = time.Second

// tail keeps the end of what is written to it.
type tail struct{ bytes.Buffer }

const (
	tailBytes = 16 << 10
	tailLines = 12
)

func (t *tail) Write(b []byte) (int, error) {
	n := len(b)
	if len(b) > tailBytes {
		b = b[len(b)-tailBytes:]
	}
	if t.Len()+len(b) > 2*tailBytes {
		t.Next(t.Len() + len(b) - tailBytes)
	}
	t.Buffer.Write(b)
	return n, nil
}

func (t *tail) lines() []string {
	text := strings.TrimSpace(strings.ToValidUTF8(t.String(), "\uFFFD"))
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	return lines[max(0, len(lines)-tailLines):]
}

// last returns the last line; the fallback if there is none.
func (e *ended) last(fallback string) string {
	for _, lines := range [][]string{e.stdout, e.stderr} {
		if len(lines) > 0 {
			return strings.TrimSpace(lines[len(lines)-1])
		}
	}
	return fallback
}

// how says how a program ended, if not as it should.
func (e *ended) how() string {
	switch {
	case e.late:
		return "did not end in time and was killed"
	case e.code < 0:
		return "was killed by a signal"
	case e.code > 0:
		return fmt.Sprintf("ended with exit code %d: %s", e.code, e.last("it printed nothing"))
	}
	return ""
}
