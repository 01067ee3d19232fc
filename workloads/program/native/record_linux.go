package native

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/mount"
	"github.com/lightningdb/lightning-torture/workloads/program/process"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
)

// Record runs the program once, on an empty disk or on one prepared by Spec.Setup.
func (m *mounted) Record(ctx context.Context) (*program.Recording, error) {
	r, err := m.recorder()
	if err != nil {
		return nil, err
	}
	defer m.mount.Remove(r.dir)
	defer r.close()
	if err := r.setup(ctx); err != nil {
		return nil, err
	}
	r.syncs.begin()
	run := r.program
	if m.Spec.Server != nil {
		run = r.server
	}
	ended, err := run(ctx)
	if err != nil {
		return nil, err
	}
	stage.KillOthers()
	rec := r.tape.Recording("fuse", m.Spec.Program)
	rec.Ended = strings.ReplaceAll(ended, r.dir, program.Dir)
	rec.Modes = map[faultfs.Ino]program.Mode{}
	for ino, a := range m.mount.Attrs(r.dir) { // into a map: the order does not matter
		rec.Modes[ino] = program.Mode{Perm: a.Mode, UID: a.UID, GID: a.GID}
	}
	m.Rec = rec
	return rec, nil
}

// recorder is a recording in progress.
type recorder struct {
	*opener
	tape    *program.Tape
	rules   []*faultfs.Rule
	pattern *regexp.Regexp // matches the lines of standard output that acknowledge
	printed process.Tail   // the end of standard output, if that is a file on the disk
	dir     string         // the root directory of the disk
	syncs   slowSyncs
}

// recorder returns a recording that has not started yet; its disk is already served.
func (m *mounted) recorder() (_ *recorder, err error) {
	r := &recorder{}
	for _, text := range m.Spec.Rules {
		rule, err := faultfs.ParseRule(text)
		if err != nil {
			return nil, err
		}
		r.rules = append(r.rules, rule)
	}
	if r.pattern, err = regexp.Compile(m.Spec.Stdout); err != nil {
		return nil, err
	}
	if r.opener, err = newOpener(&m.Spec); err != nil {
		return nil, err
	}
	r.tape = program.NewTape()
	if len(m.Spec.Setup) == 0 {
		r.tape = program.NewTape(r.rules...)
	}
	r.dir = m.mount.Add(mount.Disk{FS: r.tape.FS, Ack: r.ack, Stdout: r.stdout, Syncing: r.syncs.wait, Refused: r.tape.Refuse})
	return r, nil
}

// ack is called with each line of .torture/ack.
func (r *recorder) ack(line string) {
	if r.spec.Stdout == "" {
		r.tape.Ack(line)
	}
}

// stdout is called with each line of .torture/stdout.
func (r *recorder) stdout(line string) {
	if text, ok := program.Acknowledged(r.pattern, line); ok {
		r.tape.Ack(text)
	}
	fmt.Fprintln(&r.printed, line)
}

// setup prepares the store, if the spec says how, and makes it durable.
func (r *recorder) setup(ctx context.Context) error {
	if len(r.spec.Setup) == 0 {
		return nil
	}
	c := process.Command{Args: fill(r.spec.Setup, r.dir, ""), Env: environment(r.dir, ""), Room: r.room}
	end, err := c.Run(ctx, r.spec.Timeout)
	if err != nil {
		return fmt.Errorf("the setup %w", err)
	}
	if how := end.How(); how != "" {
		return fmt.Errorf("the setup %s%s", how, r.tape.Refused())
	}
	stage.KillOthers()
	return r.tape.Settle(r.rules...)
}

// acknowledging runs a program that acknowledges. It returns how the program failed, or "" if it succeeded.
func (r *recorder) acknowledging(ctx context.Context, what string, args []string) (string, error) {
	c := process.Command{Args: fill(args, r.dir, ""), Env: environment(r.dir, ""), Room: r.room}
	if r.spec.Stdout != "" {
		// The shell opens the file, because this process must not touch the mount.
		c.Args = append([]string{"/bin/sh", "-c", `exec "$@" >"$0"`, r.dir + "/.torture/stdout"}, c.Args...)
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
func (r *recorder) program(ctx context.Context) (string, error) {
	return r.acknowledging(ctx, "the program", r.spec.Program)
}

// server runs a server, lets a client drive it, and stops it.
func (r *recorder) server(ctx context.Context) (string, error) {
	s, err := r.room.Serve(fill(r.spec.Program, r.dir, ""), environment(r.dir, ""), r.spec.Server.probe(r.dir))
	if err != nil {
		return "", fmt.Errorf("the server %w", err)
	}
	defer s.Kill()
	switch err := s.Await(ctx, r.spec.Timeout); {
	case errors.Is(err, process.ErrEnded):
		return "", fmt.Errorf("the server was not ready when it %s%s", s.How(), r.tape.Refused())
	case errors.Is(err, process.ErrLate):
		return "", fmt.Errorf("the server was not ready after %v; it printed last: %s%s", r.spec.Timeout, strings.Join(s.Output(), "; "), r.tape.Refused())
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
	how.Command = fill(how.Command, r.dir, "")
	if err := s.Stop(ctx, how, r.spec.Patience); err != nil {
		if ctx.Err() != nil {
			return "", err
		}
		return "was not stopped: " + err.Error(), nil
	}
	return "", nil
}
