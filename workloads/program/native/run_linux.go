package native

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/process"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
)

// Run is a run of the program that acknowledges, to be recorded. It takes place on a stage.
type Run struct {
	Dir string // the directory of the store
	// Hidden is the directory with the files ack and stdout, which package mount serves. They call Ack and Stdout.
	Hidden string
	Spared []int // processes on the stage that are not the program's, and go on when it has ended

	*opener
	acknowledge func(line string)
	refused     func() string
	pattern     *regexp.Regexp // matches the lines of standard output that acknowledge
	printed     process.Tail   // the end of standard output, if that is a file on the disk
}

// NewRun returns a run whose directories are still to be set. It calls acknowledge with each acknowledgement, while the
// program waits. The text of refused is appended to the reasons for which a program fails, if it is not empty.
func NewRun(spec *Spec, acknowledge func(line string), refused func() string) (*Run, error) {
	pattern, err := regexp.Compile(spec.Stdout)
	if err != nil {
		return nil, err
	}
	o, err := newOpener(spec)
	return &Run{opener: o, acknowledge: acknowledge, refused: refused, pattern: pattern}, err
}

// Close releases what the run needed.
func (r *Run) Close() { r.close() }

// Ack is called with each line of the file ack.
func (r *Run) Ack(line string) {
	if r.spec.Stdout == "" {
		r.acknowledge(line)
	}
}

// Stdout is called with each line of the file stdout.
func (r *Run) Stdout(line string) {
	if text, ok := program.Acknowledged(r.pattern, line); ok {
		r.acknowledge(text)
	}
	fmt.Fprintln(&r.printed, line)
}

// Setup prepares the store, if the spec says how.
func (r *Run) Setup(ctx context.Context) error {
	if len(r.spec.Setup) == 0 {
		return nil
	}
	c := process.Command{Args: fill(r.spec.Setup, r.Dir, ""), Env: r.spec.environment(r.Dir, ""), Room: r.room}
	end, err := c.Run(ctx, r.spec.Timeout)
	if err != nil {
		return fmt.Errorf("the setup %w", err)
	}
	if how := end.How(); how != "" {
		return fmt.Errorf("the setup %s%s", how, r.refused())
	}
	stage.KillOthers(r.Spared...)
	return nil
}

// Do runs the program, or the server and what drives it, to its end. It returns how the program failed, or "" if it succeeded.
// The error says that it could not be run.
func (r *Run) Do(ctx context.Context) (ended string, err error) {
	run := r.program
	if r.spec.Server != nil {
		run = r.server
	}
	ended, err = run(ctx)
	stage.KillOthers(r.Spared...)
	return strings.ReplaceAll(ended, r.Dir, program.Dir), err
}

// acknowledging runs a program that acknowledges. It returns how the program failed, or "" if it succeeded.
func (r *Run) acknowledging(ctx context.Context, what string, args []string) (string, error) {
	c := process.Command{Args: fill(args, r.Dir, ""), Env: r.spec.environment(r.Dir, ""), Room: r.room}
	if r.spec.Stdout != "" {
		// The shell opens the file, because this process must not touch the mount.
		c.Args = append([]string{"/bin/sh", "-c", `exec "$@" >"$0"`, filepath.Join(r.Hidden, "stdout")}, c.Args...)
	}
	end, err := c.Run(ctx, r.spec.Timeout)
	if err != nil {
		return "", fmt.Errorf("%s %w", what, err)
	}
	if len(end.Stdout) == 0 {
		end.Stdout = r.printed.Lines()
	}
	return end.How(), nil
}

// program runs a program to its end.
func (r *Run) program(ctx context.Context) (string, error) {
	return r.acknowledging(ctx, "the program", r.spec.Program)
}

// server runs a server, lets a client drive it, and stops it.
func (r *Run) server(ctx context.Context) (string, error) {
	s, err := r.room.Serve(fill(r.spec.Program, r.Dir, ""), r.spec.environment(r.Dir, ""), r.spec.Server.probe(r.Dir))
	if err != nil {
		return "", fmt.Errorf("the server %w", err)
	}
	defer s.Kill()
	switch err := s.Await(ctx, r.spec.Timeout); {
	case errors.Is(err, process.ErrEnded):
		return "", fmt.Errorf("the server was not ready when it %s%s", s.How(), r.refused())
	case errors.Is(err, process.ErrLate):
		return "", fmt.Errorf("the server was not ready after %v; it printed last: %s%s", r.spec.Timeout, strings.Join(s.Output(), "; "), r.refused())
	case err != nil:
		return "", err
	}
	ended, err := r.acknowledging(ctx, "what drives the server", r.spec.Server.Work)
	switch {
	case err != nil:
		return "", err
	case s.HasEnded():
		return "was a server that ended by itself: it " + s.How(), nil
	case ended != "":
		return "was driven by a command that " + ended, nil
	}
	how := r.spec.Server.Stop
	how.Command = fill(how.Command, r.Dir, "")
	if err := s.Stop(ctx, how, r.spec.Patience); err != nil {
		if ctx.Err() != nil {
			return "", err
		}
		return "was not stopped: " + err.Error(), nil
	}
	return "", nil
}
