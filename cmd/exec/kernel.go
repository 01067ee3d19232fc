package exec

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/reports/programs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/kernel"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
)

// runKernel records a program on a filesystem of the kernel, searches, and prints what was found.
func runKernel(ctx context.Context, out, errOut io.Writer, f *flags, given *pflag.FlagSet, args []string) error {
	filled, filledArgs := f.inSteps(f.steps, args)
	request, err := filled.kernelRequest(given, filledArgs)
	if err != nil {
		return err
	}
	if err := possible(ctx, request.Filesystem); err != nil {
		return exit.Because(ctx, err)
	}
	began := time.Now()
	outcome, err := kernel.Explore(ctx, request, (&progressLine{w: errOut, began: began}).show)
	if err != nil && (ctx.Err() == nil || outcome == nil || outcome.Result == nil) {
		return exit.Because(ctx, err)
	}
	rec := outcome.Recording
	if f.record != "" {
		file, err := rec.File(request.Spec, nil)
		if err != nil {
			return err
		}
		if err := file.Save(f.record); err != nil {
			return err
		}
	}
	if request.OnlyRecord {
		_, err := fmt.Fprintf(out, "recorded %d requests to the disk and %d acknowledgements in %s\n", len(rec.Blocks.Content.Log), len(rec.Acks), f.record)
		return err
	}
	took := time.Since(began)
	result := f.fewest(ctx, foundOnKernel(request, outcome), took, func(ctx context.Context, steps int, all bool) (*found, error) {
		filled, filledArgs := f.inSteps(steps, args)
		r, err := filled.kernelRequest(given, filledArgs)
		if err != nil {
			return nil, err
		}
		r.First = !all
		outcome, err := kernel.Explore(ctx, r, nil)
		if err != nil {
			return nil, err
		}
		return foundOnKernel(r, outcome), nil
	})
	err = publish(out, f, &programs.Report{Result: result.Result, Seconds: took.Seconds()}, result.fileOf)
	if ctx.Err() != nil {
		return context.Cause(ctx) // what was found so far has been printed
	}
	return err
}

// foundOnKernel returns what a search found.
func foundOnKernel(r kernel.Request, outcome *kernel.Outcome) *found {
	return &found{outcome.Result, func(finding *program.Finding) (*lrec.File, error) { return outcome.Recording.File(r.Spec, finding) }}
}

// possible returns why programs cannot run on a filesystem of the kernel here, and the remedy.
func possible(ctx context.Context, filesystem string) error {
	if err := kernel.Possible(filesystem); err != nil {
		return err
	}
	return stage.Possible(ctx)
}

// kernelRequest returns what the flags ask for.
func (f *flags) kernelRequest(given *pflag.FlagSet, args []string) (kernel.Request, error) {
	r := kernel.Request{
		Filesystem: f.on, OnlyRecord: f.tapeOnly(), Limits: f.limits(),
	}
	if f.seeds.Given(given) {
		var err error
		if r.Seed, _, err = f.seeds.Range(given); err != nil {
			return r, err
		}
	}
	server := f.server.spec()
	if f.from != "" {
		file, err := lrec.Load(f.from)
		if err == nil && file.Blocks == nil {
			return r, exit.Usagef("%s was recorded on a disk of the lab; leave out --on %s", f.from, f.on)
		}
		if err == nil {
			r.Recording, err = kernel.FromFile(file)
		}
		if err != nil {
			return r, exit.With(exit.BadUsage, err)
		}
		if r.Recording.Blocks.Filesystem != f.on {
			return r, exit.Usagef("--on %s: the program was recorded on %s", f.on, r.Recording.Blocks.Filesystem)
		}
		args = file.Recording.Program
		if server, err = savedServer(server, file, f.from); err != nil {
			return r, err
		}
	}
	spec, err := f.spec(args, server)
	if err != nil {
		return r, err
	}
	r.Spec = spec
	if f.from == "" {
		if err := allInstalled(&spec); err != nil {
			return r, err
		}
	}
	if err := r.Validate(); err != nil {
		return r, exit.With(exit.BadUsage, err)
	}
	return r, nil
}

// againKernel replays a finding on a filesystem of the kernel.
func againKernel(ctx context.Context, file string, f *lrec.File, attempts int) (*programs.Again, error) {
	rec, err := kernel.FromFile(f)
	if err != nil {
		return nil, err
	}
	if err := possible(ctx, rec.Blocks.Filesystem); err != nil {
		return nil, err
	}
	r, err := kernel.Replay(ctx, file, attempts)
	if err != nil {
		return nil, err
	}
	return &programs.Again{Reproduced: r.Shown > 0, Attempts: r.Attempts, Hits: r.Shown, Answer: r.Answer, Finding: r.Finding, File: file}, nil
}
