package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

// An engine runs in the process of the lab, and a panic in a goroutine that the engine started ends that process. So run
// and replay start the binary again and do their work in this child. If it dies, the parent reports a finding with a token.

// runChild starts this binary with the given arguments and returns its exit code, or how it died. It passes on the
// signal that cancels ctx.
func runChild(ctx context.Context, stdout, stderr io.Writer, args ...string) (code exit.Code, died *apart.Death, err error) {
	scratch, err := hostdisk.NewScratch("", "child")
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", torture.ErrHost, err)
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	said := newPrinted(stderr)
	defer said.end()
	return runChildIn(ctx, scratch.Dir, stdout, stderr, said, args...)
}

// runChildIn runs a child as runChild does, in a directory in which an earlier child may have left a journal. Whatever
// the engine prints goes to said.
func runChildIn(ctx context.Context, dir string, stdout, stderr io.Writer, said *printed, args ...string) (exit.Code, *apart.Death, error) {
	end, err := apart.Run(ctx, apart.Process{Dir: dir, Args: args, Stdout: stdout, Stderr: stderr, Printed: said, Signal: passOn})
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", torture.ErrHost, err)
	}
	return exit.Code(end.Code), end.Died, nil
}

// journalIn returns the path of the journal of the children that share a directory.
func journalIn(dir string) string { return filepath.Join(dir, "journal.json") }

// passOn returns the signal that canceled a context, or SIGKILL if it was canceled otherwise.
func passOn(ctx context.Context) os.Signal {
	if stopped := (exit.Interrupt{}); errors.As(context.Cause(ctx), &stopped) {
		return stopped.Signal
	}
	return os.Kill
}
