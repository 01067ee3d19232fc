package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

// runIsolated is run in a child process. If the child dies, it reports what the child could not.
func runIsolated(ctx context.Context, t *tool, target torture.Target, f *runFlags) error {
	started := t.now()
	code, died, err := runChild(ctx, t.stdout, t.stderr, t.args...)
	if err != nil || died == nil {
		return cmp.Or(err, code.Err())
	}
	took := t.now().Sub(started)
	last, err := torture.AfterDeath(ctx, t.app.Targets, f.opts, died, func(ctx context.Context, token string) *apart.Death {
		attempts := strconv.Itoa(torture.DeathReplays)
		_, again, _ := runChild(ctx, io.Discard, io.Discard, "replay", token, "--attempts", attempts) // what cannot start does not die
		return again
	})
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
	return cmp.Or(publish(t, result, &f.out), codeOf(ctx, result).Err())
}

// replayIsolated is replay in a child process. If the child dies, each attempt gets a child of its own, and those that show
// the failure are counted.
func replayIsolated(ctx context.Context, t *tool, tokenOrFile string, f *replayFlags) error {
	code, died, err := runChild(ctx, t.stdout, t.stderr, t.args...)
	if err != nil || died == nil {
		return cmp.Or(err, code.Err())
	}
	result := &torture.ReplayResult{Reproduced: true, Attempts: 1, Hits: 1}
	if result.Finding, err = torture.AfterReplay(t.app.Targets, tokenOrFile, died); err != nil {
		return err
	}
	if result.Finding == nil {
		fmt.Fprintf(t.stderr, "%s: the engine ended the process\n", t.name.short) // a file has no token
		return exit.Violation
	}
	for ; result.Attempts < f.opts.Attempts && ctx.Err() == nil; result.Attempts++ {
		code, again, err := runChild(ctx, io.Discard, io.Discard, "replay", tokenOrFile, "--attempts", "1", "--dir", f.opts.Dir)
		if err != nil {
			return err
		}
		if again != nil && again.OfEngine() || again == nil && code == exit.Violation {
			result.Hits++
		}
	}
	return printReplay(ctx, t, result, f)
}

// engineSpeaks lets what an engine prints go to standard error, as long as it runs in this process: standard output has the
// result and nothing else.
func engineSpeaks() (ends func()) {
	stdout := os.Stdout
	os.Stdout = os.Stderr
	return func() { os.Stdout = stdout }
}
