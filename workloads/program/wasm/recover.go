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

// errNoChecker says that there is nobody to ask about a recovered store.
var errNoChecker = errors.New("wasm: there is no checker")

// recoverySeed is the seed of every recovery, so that instances outlast a seed of the program.
const recoverySeed = 1

// Recoverer returns a recoverer that lets the checker look at undecided images, in an instance that is put back. A checker that
// is a command of this machine gets what Host returned.
func (w *Way) Recoverer(worker int) (program.Recoverer, error) {
	switch {
	case w.host != nil:
		return w.host.Recoverer(worker)
	case w.judge == nil:
		return nil, errNoChecker
	}
	return &observer{w, w.instance()}, nil
}

// instance returns an instance of the judge, which keep takes back.
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

// Recover runs the checker or the dump on an image, and cuts the power in some of what it does there. It cannot be interrupted;
// what it may take is limited by Spec.Limit.
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

// dump lets the program recover an image and say what is in it.
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

// dumpKilled is dump for the states that are right. These are dumped one at a time, by whatever recoverer needs them.
func (w *Way) dumpKilled(ctx context.Context, img *faultfs.FS) (golden.Shown, error) {
	again := w.instance()
	shown, err := dump(ctx, again, img)
	return shown, errors.Join(err, w.keep(again))
}

// told returns the disk on which a checker finds what had been acknowledged.
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

// Exit codes of a checker. A Go program that panics ends with crashed, and so does one whose goroutines all wait.
const (
	right   = 0
	wrong   = 1
	crashed = 2
)

// answer says what the end of a checker means.
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
