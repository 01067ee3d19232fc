package wasm

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/golden"
	"github.com/lightningdb/lightning-torture/workloads/schedule"
)

// errNoChecker is returned if the spec has neither a checker nor a dump.
var errNoChecker = errors.New("wasm: there is no checker")

// recoverySeed is the seed of every recovery, so that instances can be reused for other seeds of the program.
const recoverySeed = 1

// Recoverer returns a recoverer that shows undecided images to the checker, in an instance that is reset after each. If the checker
// is a command of this machine, the recoverer comes from Host.
func (w *Way) Recoverer(worker int) (program.Recoverer, error) {
	switch {
	case w.host != nil:
		return w.host.Recoverer(worker)
	case w.judge == nil:
		return nil, errNoChecker
	}
	return &observer{w, w.instance()}, nil
}

// instance returns an idle or new instance of the judge. It must be returned with keep.
func (w *Way) instance() *schedule.Again {
	select {
	case again := <-w.idle:
		return again
	default:
		return w.judge.Again(recoverySeed, w.job(w.judging()))
	}
}

func (w *Way) keep(again *schedule.Again) error {
	select {
	case w.idle <- again:
		return nil
	default:
		return again.Close()
	}
}

// observer recovers images in this process.
type observer struct {
	way   *Way
	again *schedule.Again
}

func (o *observer) Observes() bool { return true }
func (o *observer) Close() error   { return o.way.keep(o.again) }

// Recover runs the checker or the dump on an image, then cuts the power at some operations of that recovery. It cannot be
// interrupted, but Spec.Limit bounds its work.
func (o *observer) Recover(ctx context.Context, img *faultfs.FS, acked []program.Ack) (program.Answer, error) {
	if ctx.Err() != nil {
		return program.Answer{}, context.Cause(ctx)
	}
	a, err := o.ask(ctx, img, acked)
	if err != nil || a.Verdict != program.Right {
		return a, err
	}
	second, err := o.nested(ctx, img, acked)
	if err != nil || second.Failed() {
		return second, err
	}
	return a, nil
}

// ask runs the checker or the dump once.
func (o *observer) ask(ctx context.Context, img *faultfs.FS, acked []program.Ack) (program.Answer, error) {
	if o.way.states != nil {
		shown, err := dump(ctx, o.again, img)
		if err != nil {
			return program.Answer{}, err
		}
		return o.way.states.Judge(ctx, shown, len(acked))
	}
	side, err := told(acked)
	if err != nil {
		return program.Answer{}, err
	}
	var stdout, stderr tail
	outcome, err := o.again.Run(ctx, tree(img, empty(), side), &stdout, &stderr)
	if err != nil {
		return program.Answer{}, err
	}
	return answer(outcome, &stdout, &stderr)
}

// dump lets the program recover an image and returns what the dump prints.
func dump(ctx context.Context, again *schedule.Again, img *faultfs.FS) (golden.Shown, error) {
	var stdout bytes.Buffer
	var stderr tail
	outcome, err := again.Run(ctx, tree(img, empty(), empty()), &stdout, &stderr)
	switch {
	case err != nil:
		return golden.Shown{}, err
	case outcome.Endless:
		return golden.Shown{Fails: "does not come to an end", Hangs: true}, nil
	case outcome.ExitCode != right:
		return golden.Shown{Fails: ended(outcome, &stderr)}, nil
	}
	return golden.Shown{Lines: strings.Split(strings.ReplaceAll(stdout.String(), storeDir, program.Dir), "\n")}, nil
}

// dumpKilled dumps the allowed states, one at a time, for whichever recoverer needs them.
func (w *Way) dumpKilled(ctx context.Context, img *faultfs.FS) (golden.Shown, error) {
	again := w.instance()
	shown, err := dump(ctx, again, img)
	return shown, errors.Join(err, w.keep(again))
}

// told returns a disk with the file of acknowledgements for a checker.
func told(acked []program.Ack) (*faultfs.FS, error) {
	side := empty()
	f, err := side.OpenFile(strings.TrimPrefix(acksFile, sideDir), os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	for _, a := range acked {
		text.WriteString(a.Text)
		text.WriteByte('\n')
	}
	_, err = f.WriteString(text.String())
	return side, errors.Join(err, f.Close())
}

// Exit codes of a checker. A Go program that panics or deadlocks exits with crashed.
const (
	right   = 0
	wrong   = 1
	crashed = 2
)

// answer returns the verdict that follows from how the checker ended.
func answer(o schedule.Outcome, stdout, stderr *tail) (program.Answer, error) {
	a := program.Answer{Output: append(stdout.lines(), stderr.lines()...)}
	crash := cmp.Or(o.Trap, stderr.crash())
	switch {
	case o.Endless:
		a.Verdict, a.Text = program.Hangs, "the recovery does not come to an end"
	case o.ExitCode == right:
		a.Verdict = program.Right
	case o.ExitCode == wrong:
		a.Verdict = program.Wrong
		a.Text = cmp.Or(stdout.last(), stderr.last(), "the checker ended with exit code 1 and printed nothing")
	case o.ExitCode == crashed && crash != "":
		a.Verdict, a.Text = program.Wrong, "the recovery crashes: "+crash
	default:
		return a, fmt.Errorf("the checker %s; it must end with 0 if all is right, and with 1 if not", ended(o, stderr))
	}
	return a, nil
}
