package cli

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/cmd/internal/score"
	"github.com/lightningdb/lightning-torture/workloads/mutate"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

const mutateText = `Make small changes to a Go package, one at a time, and see whether its tests notice: which fsync could go?

A change drops a sync, swaps two durable steps, ignores the error of one, or takes a lock for reading only or not at all.
The source is not touched; what changes goes to the compiler by go build -overlay. By default the tests of the package
itself are asked. If they are many, choose with --test, and ask a torture test in another package with --tests.

Exit codes: 0 the tests noticed every change that compiles, 1 they missed one, 2 bad usage or no such package, 3 nothing
to change, or the tests fail on the unchanged package, 4 the host is at fault.`

const mutateExample = `  lightning-torture mutate ./wal
  lightning-torture mutate ./storage/... --kind drop-sync --tests ./torturetest --test TestPowerCut --for 5m
  lightning-torture mutate ./wal --format json > wal.json`

type mutateFlags struct {
	kinds []string
	out   score.Output
	mutate.Run
}

func mutateCommand(t *tool) *cobra.Command {
	var f mutateFlags
	cmd := &cobra.Command{
		Use: "mutate PACKAGE", Short: "Test the tests of any Go package: which fsync would they miss?", Long: mutateText,
		Example: mutateExample, Args: cmdline.Exactly("PACKAGE"),
		Annotations: map[string]string{ViolationAnnotation: "a bug was not noticed"},
		RunE: func(cmd *cobra.Command, args []string) error {
			f.Package = args[0]
			return runMutate(cmd.Context(), t, &f)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.Test, "test", "", "`REGEXP` of the tests to run, as go test -run (default all)")
	flags.StringVar(&f.Tests, "tests", "", "`PACKAGES` whose tests are run (default those of PACKAGE)")
	flags.StringArrayVar(&f.kinds, "kind", nil, "`NAMES` of kinds of changes: "+strings.Join(kindNames(), ", ")+" (default all)")
	flags.DurationVar(&f.For, "for", mutate.DefaultFor, "how long the tests may take; longer counts as noticed")
	flags.StringVar(&f.Dir, "dir", ".", "`DIR` from which the packages are seen")
	f.out.Register(cmd)
	cmdline.Complete(cmd, "kind", cmdline.Fixed(kindNames()...))
	return cmd
}

func kindNames() []string {
	var names []string
	for _, k := range mutate.Kinds() {
		names = append(names, string(k))
	}
	return names
}

func runMutate(ctx context.Context, t *tool, f *mutateFlags) error {
	if err := f.out.Validate(); err != nil {
		return err
	}
	if err := cmdline.Between("for", f.For, time.Second, plan.MaxFor); err != nil {
		return err
	}
	for _, name := range cmdline.Names(f.kinds) {
		if !slices.Contains(kindNames(), name) {
			return exit.Usagef("unknown --kind %q; choose one of %s", name, strings.Join(kindNames(), ", "))
		}
		f.Kinds = append(f.Kinds, mutate.Kind(name))
	}
	if !f.out.Quiet {
		f.Progress = mutationProgress(t.stderr)
	}
	report, err := f.Do(ctx)
	if err != nil && ctx.Err() == nil {
		return withoutReport(err)
	}
	if printed := f.out.Write(t.stdout, report); printed != nil || err != nil {
		return errors.Join(printed, exit.Because(ctx, err))
	}
	switch {
	case report.Survived > 0:
		return exit.Violation
	case report.Killed == 0:
		return exit.Inconclusive
	}
	return nil
}

// withoutReport gives an exit code to the error of a run that has no report.
func withoutReport(err error) error {
	switch {
	case errors.Is(err, mutate.ErrSource):
		return exit.With(exit.BadUsage, err)
	case errors.Is(err, mutate.ErrBaseline), errors.Is(err, mutate.ErrTests):
		return exit.With(exit.Inconclusive, err)
	}
	return err
}

func mutationProgress(w io.Writer) func(at, of int, m mutate.Mutation, o *mutate.Outcome) {
	return func(at, of int, m mutate.Mutation, o *mutate.Outcome) {
		if o == nil {
			score.Begin(w, at, of, m.String())
		} else {
			score.End(w, o.Verdict.String())
		}
	}
}
