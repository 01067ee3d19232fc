package native

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/process"
)

// wentOn begins the sentence about a store that was correct after the crash, but not after the program had continued on
// it.
const wentOn = "after the program had gone on with the recovered store: "

// askAgain judges a store, lets the program continue on it, and judges it once more. At the next start, everything that
// the program acknowledged must be there, whether before the crash or since.
func (j *Judge) askAgain(ctx context.Context, dir string, acked []program.Ack) (program.Answer, error) {
	var more []program.Ack
	var failed string
	a, err := j.once(ctx, dir, acked, func(ctx context.Context) (err error) {
		more, failed, err = j.goOn(ctx, dir)
		return err
	})
	switch {
	case err != nil || a.Verdict != program.Right:
		return a, err
	case failed != "":
		return program.Answer{Verdict: program.Wrong, Text: wentOn + "it " + failed}, nil
	}
	if a, err = j.once(ctx, dir, slices.Concat(acked, more), nil); a.Failed() {
		a.Text = wentOn + a.Text
	}
	return a, err
}

// goOn runs the program, or the client that drives the server, on a recovered store. It returns what was acknowledged,
// and how the program failed, if it did.
func (j *Judge) goOn(ctx context.Context, dir string) (acks []program.Ack, failed string, err error) {
	args := j.spec.Program
	if j.spec.Server != nil {
		args = j.spec.Server.Work
	}
	hidden := filepath.Join(dir, ".torture")
	written := filepath.Join(hidden, "ack")
	err = errors.Join(os.Mkdir(hidden, 0o755), os.WriteFile(written, nil, 0o666), os.Chmod(written, 0o666)) //nolint:gosec // the program may run as another user
	if err != nil {
		return nil, "", fmt.Errorf("native: %w", err)
	}
	c := process.Command{Args: fill(args, dir, ""), Env: j.spec.environment(dir, ""), Room: j.room}
	end, lines, err := c.RunAll(ctx, j.spec.Timeout)
	if err != nil {
		return nil, "", fmt.Errorf("the program %w", err)
	}
	pattern := regexp.MustCompile(j.spec.Stdout) // Validate has compiled it; without one, each line acknowledges
	if j.spec.Stdout == "" {
		text, err := os.ReadFile(written)
		if err != nil {
			return nil, "", fmt.Errorf("native: %w", err)
		}
		lines = string(text)
	}
	for line := range strings.Lines(lines) {
		if text, ok := program.Acknowledged(pattern, strings.TrimSuffix(line, "\n")); ok {
			acks = append(acks, program.Ack{Text: text})
		}
	}
	return acks, strings.ReplaceAll(end.How(), dir, program.Dir), os.RemoveAll(hidden)
}

// ErrNotTwice is returned if Spec.Again is set for a program that fails when it runs twice on one store even without a crash.
var ErrNotTwice = errors.New("native: the program fails when it runs again on its own store, although nothing was lost; let it continue with what it finds, and let the checker accept the result")

// tryAgain runs the program twice without a crash, to make sure that whatever Spec.Again finds is due to a crash.
func tryAgain(ctx context.Context, way program.Way, spec *Spec, rec *program.Recording) (err error) {
	if !spec.Again || rec.Ended != "" || len(rec.Trace) == 0 {
		return nil
	}
	r, err := way.Recoverer(0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	line := faultfs.NewTimeline(faultfs.Recorded(rec.Trace), faultfs.Model{Profile: faultfs.LoseNone()}, 0)
	complete := line.Advance(rec.Trace[len(rec.Trace)-1].Tick).Image(faultfs.ImageOptions{})
	a, err := r.Recover(ctx, complete, rec.Acks)
	if err == nil && a.Failed() && strings.HasPrefix(a.Text, wentOn) {
		err = fmt.Errorf("%w: %s", ErrNotTwice, strings.TrimPrefix(a.Text, wentOn))
	}
	return err
}
