package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/ci/mutants/derive"
	"github.com/lightningdb/lightning-torture/workloads/torture"
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
	kinds  []string
	format string
	quiet  bool
	derive.Run
}

func (c *cli) mutateCommand() *cobra.Command {
	var f mutateFlags
	cmd := &cobra.Command{
		Use: "mutate PACKAGE", Short: "Test the tests of any Go package: which fsync would they miss?", Long: mutateText,
		Example: mutateExample, Args: arguments("PACKAGE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.Package = args[0]
			return c.mutate(cmd.Context(), &f)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.Test, "test", "", "`REGEXP` of the tests to run, as go test -run (default all)")
	flags.StringVar(&f.Tests, "tests", "", "`PACKAGES` whose tests are run (default those of PACKAGE)")
	flags.StringArrayVar(&f.kinds, "kind", nil, "`NAMES` of kinds of changes: "+strings.Join(kindNames(), ", ")+" (default all)")
	flags.DurationVar(&f.For, "for", derive.DefaultFor, "how long the tests may take; longer counts as noticed")
	flags.StringVar(&f.Dir, "dir", ".", "`DIR` from which the packages are seen")
	flags.StringVar(&f.format, "format", "text", "`FORM` of the result: "+strings.Join(mutantsFormats, ", "))
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress on standard error")
	complete(cmd, "kind", func() []torture.Choice { return fixed(kindNames()...)() })
	complete(cmd, "format", fixed(mutantsFormats...))
	return cmd
}

func kindNames() []string {
	var names []string
	for _, k := range derive.Kinds() {
		names = append(names, string(k))
	}
	return names
}

func (c *cli) mutate(ctx context.Context, f *mutateFlags) error {
	if err := oneOf("format", f.format, mutantsFormats); err != nil {
		return err
	}
	if f.For < time.Second {
		return usageError("--for is %v; give at least 1s", f.For)
	}
	for _, name := range named(f.kinds) {
		if !slices.Contains(kindNames(), name) {
			return usageError("unknown --kind %q; choose one of %s", name, strings.Join(kindNames(), ", "))
		}
		f.Kinds = append(f.Kinds, derive.Kind(name))
	}
	if !f.quiet {
		f.Progress = c.mutationProgress
	}
	report, err := f.Do(ctx)
	if err != nil && ctx.Err() == nil {
		return c.unmutated(err)
	}
	if printed := c.printMutations(report, f.format); printed != nil || err != nil {
		return errors.Join(printed, because(ctx, err))
	}
	switch {
	case report.Survived > 0:
		return exitViolation
	case report.Killed == 0:
		return exitInconclusive
	}
	return nil
}

// unmutated turns the error of a run that came to nothing into an exit code.
func (c *cli) unmutated(err error) error {
	switch {
	case errors.Is(err, derive.ErrSource):
		return fmt.Errorf("%w: %w", errUsage, err)
	case errors.Is(err, derive.ErrBaseline), errors.Is(err, derive.ErrTests):
		fmt.Fprintf(c.stderr, "lightning-torture: %s\n", oneLine(err))
		return exitInconclusive
	}
	return err
}

func (c *cli) printMutations(r derive.Report, format string) error {
	switch format {
	case "json":
		return r.WriteJSON(c.stdout)
	case "markdown":
		return r.WriteMarkdown(c.stdout)
	}
	return r.WriteText(c.stdout)
}

func (c *cli) mutationProgress(at, of int, m derive.Mutation, o *derive.Outcome) {
	if o == nil {
		fmt.Fprintf(c.stderr, "%d/%d %s ... ", at, of, m.String())
		return
	}
	fmt.Fprintf(c.stderr, "%s\n", o.Verdict)
}
