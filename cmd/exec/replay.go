package exec

import (
	"context"
	"errors"
	"io"

	"github.com/lightningdb/lightning-torture/cmd/cli"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/reports/programs"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/wasm"
)

// Saved is how replay and check handle findings of exec: the disk image is rebuilt from the file, and the checker
// recovers it.
func Saved() cli.Saved { return cli.Saved{Ext: lrec.Ext, Again: again} }

func again(ctx context.Context, out io.Writer, file string, o cli.SavedOptions) error {
	a, err := attempt(ctx, file, o.Attempts)
	switch {
	case errors.Is(err, lrec.ErrFile), errors.Is(err, native.ErrNoFinding):
		return exit.With(exit.BadUsage, err)
	case err != nil:
		return exit.Because(ctx, err)
	}
	if o.JSON {
		err = programs.AgainJSON(out, a)
	} else {
		err = programs.AgainText(out, a, o.Binary)
	}
	switch {
	case err != nil:
		return err
	case a.Reproduced:
		return exit.Violation
	}
	return exit.Diverged
}

// attempt reproduces a saved finding, in the same way in which it was found.
func attempt(ctx context.Context, file string, attempts int) (*programs.Again, error) {
	f, err := lrec.Load(file)
	switch {
	case err != nil:
		return nil, err
	case f.Finding != nil && f.Recording.Way == wasm.Name:
		return againWasm(ctx, file, f, attempts)
	}
	if f.Blocks != nil {
		return againKernel(ctx, file, f, attempts)
	}
	r, err := native.Replay(ctx, file, attempts)
	if err != nil {
		return nil, err
	}
	return &programs.Again{
		Reproduced: r.Shown > 0, Attempts: r.Attempts, Hits: r.Shown, Answer: r.Answer, Finding: r.Finding, File: file,
	}, nil
}
