package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

// runIsolated executes the run command in a child process. If the child dies, another one continues. If none can, runIsolated itself
// prints the result so far.
func runIsolated(ctx context.Context, t *tool, target torture.Target, f *runFlags) (err error) {
	scratch, err := hostdisk.NewScratch("", "child")
	if err != nil {
		return fmt.Errorf("%w: %w", torture.ErrHost, err)
	}
	defer func() { err = cmp.Or(err, scratch.Remove()) }()
	started, code := t.now(), exit.Code(0)
	said := newPrinted(t.stderr)
	defer said.end()
	opts := f.opts
	opts.Dir, opts.Journal = f.out.dir, journalIn(scratch.Dir)
	died, last, err := torture.Outlive(ctx, t.app.Targets, opts, func() (died *apart.Death, err error) {
		code, died, err = runChildIn(ctx, scratch.Dir, t.stdout, t.stderr, said, t.args...)
		return died, err
	}, func(ctx context.Context, token string) *apart.Death {
		attempts := strconv.Itoa(torture.DeathReplays)
		_, again, _ := runChild(ctx, io.Discard, io.Discard, "replay", token, "--attempts", attempts) // a child that cannot start has not died
		return again
	})
	if err != nil || !died {
		return cmp.Or(err, code.Err())
	}
	result, err := torture.Posthumous(target, opts, last, started, t.now().Sub(started))
	if err != nil {
		return err
	}
	f.sign(&result.Provenance, t.name, started)
	return cmp.Or(publish(t, result, &f.out), codeOf(ctx, result).Err())
}

// replayIsolated replays in a child process. If the child dies, each attempt gets a child of its own, and those that
// show the failure are counted.
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

// engineSpeaks redirects to standard error what an engine prints while it runs in this process, because standard
// output carries only the result. The function that it returns ends that.
func engineSpeaks() (ends func()) {
	stdout := os.Stdout
	os.Stdout = os.Stderr
	return func() { os.Stdout = stdout }
}
