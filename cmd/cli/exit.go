package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Exit returns an error that sets the exit code when a command of an App returns it. Unless err is nil, it is printed
// on one line. Use 1 for a violation and 2 for bad usage, as the other commands do.
func Exit(code int, err error) error {
	if err == nil {
		return exit.Code(code).Err()
	}
	return exit.With(exit.Code(code), err)
}

// conclude prints err, unless it has been printed already, and returns its exit code.
func conclude(t *tool, err error) exit.Code {
	code, unprinted := exit.Of(err)
	if unprinted {
		fmt.Fprintf(t.stderr, "%s: %s\n", t.name.short, exit.Line(err))
	}
	return code
}

// codeOf returns the exit code that a result stands for.
func codeOf(ctx context.Context, r *torture.Result) exit.Code {
	var stopped exit.Interrupt
	if r.Interrupted && errors.As(context.Cause(ctx), &stopped) {
		return stopped.Code()
	}
	switch r.Verdict {
	case checker.Pass:
		return exit.Pass
	case checker.Fail:
		return exit.Violation
	case checker.Inconclusive:
	}
	return exit.Inconclusive
}
