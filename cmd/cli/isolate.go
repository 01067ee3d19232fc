package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// runIsolated is run in a child process. If the child dies, it reports what the child could not.
func runIsolated(ctx context.Context, t *tool, target torture.Target, f *runFlags) error {
	started := t.now()
	code, died, err := runChild(ctx, t.stdout, t.stderr, t.args...)
	if err != nil || died == nil {
		return cmp.Or(err, code.Err())
	}
	took := t.now().Sub(started)
	if err := died.innocent(); err != nil {
		return err
	}
	last, err := findingOf(ctx, t, died)
	if err != nil {
		return err
	}
	opts := f.opts
	opts.Dir = f.out.dir
	result, err := torture.Posthumous(target, opts, last, started, took)
	if err != nil {
		return err
	}
	f.sign(&result.Provenance, t.name, started)
	return cmp.Or[error](publish(t, result, &f.out), exit.Violation)
}

// findingOf returns the finding of a death. If several runs were going on, it takes the token whose replay dies as
// well.
func findingOf(ctx context.Context, t *tool, d *death) (*torture.Finding, error) {
	for _, token := range d.tokens {
		_, again, err := runChild(ctx, io.Discard, io.Discard, "replay", token, "--attempts", "5")
		if err == nil && again != nil && again.innocent() == nil {
			return torture.Died(t.app.Targets, token, again.output)
		}
	}
	if len(d.tokens) == 0 {
		return nil, fmt.Errorf("%w: the engine panicked before the first run began: %s", torture.ErrHost, d.output)
	}
	f, err := torture.Died(t.app.Targets, d.tokens[0], d.output)
	if err == nil {
		f.Sentence += "; five replays of the run did not show it"
	}
	return f, err
}

// replayIsolated is replay in a child process. If the child dies, each attempt gets a child of its own, and those that show
// the failure are counted.
func replayIsolated(ctx context.Context, t *tool, tokenOrFile string, f *replayFlags) error {
	code, died, err := runChild(ctx, t.stdout, t.stderr, t.args...)
	if err != nil || died == nil {
		return cmp.Or(err, code.Err())
	}
	if err := died.innocent(); err != nil {
		return err
	}
	result := &torture.ReplayResult{Reproduced: true, Attempts: 1, Hits: 1}
	if result.Finding, err = torture.Died(t.app.Targets, tokenOrFile, died.output); err != nil {
		fmt.Fprintf(t.stderr, "%s: the engine panicked and ended the process\n", t.name.short) // a file has no token
		return exit.Violation
	}
	for ; result.Attempts < f.opts.Attempts && ctx.Err() == nil; result.Attempts++ {
		code, again, err := runChild(ctx, io.Discard, io.Discard, "replay", tokenOrFile, "--attempts", "1", "--dir", f.opts.Dir)
		if err != nil {
			return err
		}
		if again != nil && again.innocent() == nil || again == nil && code == exit.Violation {
			result.Hits++
		}
	}
	return printReplay(ctx, t, result, f)
}
