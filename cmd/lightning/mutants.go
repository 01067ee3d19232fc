package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/ci/mutants"
)

const mutantsText = `Plant known bugs in the engine, one at a time, and see whether the lab finds each.

Each bug is a file of ci/mutants, so this needs a checkout of the project and Go. The lab is built around the engine
with the bug and run as "run --stop-after 1"; a bug counts as found only if the engine without it passes the same
command. With --matrix the lab also looks under each fault alone, and under all of them on disks that are simpler than
real ones, to show what those would have missed.

The exit code is 1 if a bug was not found.`

const mutantsExample = `  lightning-torture mutants --only failed-fsync-retried
  lightning-torture mutants --only sst-without-sync --show
  lightning-torture mutants --sample 8 --turn $(git rev-list --count HEAD)
  lightning-torture mutants --matrix --format markdown > ci/mutants/MATRIX.md`

var mutantsFormats = []string{"text", "json", "markdown"}

type mutantsFlags struct {
	dir, format string
	quiet, show bool
	mutants.Campaign
}

func (c *cli) mutantsCommand() *cobra.Command {
	var f mutantsFlags
	cmd := &cobra.Command{
		Use: "mutants", Short: "Test the lab: plant known bugs and find them", Long: mutantsText, Example: mutantsExample,
		Args: arguments(), RunE: func(cmd *cobra.Command, _ []string) error { return c.mutants(cmd.Context(), &f) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.Only, "only", "", "`NAME` of one mutant, with or without its number (default all)")
	flags.BoolVar(&f.show, "show", false, "with --only: show what a user would see, and keep the lab with the bug in .torture/mutants")
	flags.IntVar(&f.Sample.Size, "sample", 0, "try so many of them (default all)")
	flags.IntVar(&f.Sample.Turn, "turn", 0, "which sample: a number that grows, such as that of the commits; samples take turns")
	flags.DurationVar(&f.For, "for", mutants.DefaultFor, "how long to look for one")
	flags.BoolVar(&f.Matrix, "matrix", false, "look under every fault alone, and with simple profiles, too")
	flags.StringSliceVar(&f.Faults, "faults", nil, "`NAMES` of the faults of the matrix (default all)")
	flags.DurationVar(&f.Each, "each", mutants.DefaultEach, "how long to look under one fault of the matrix")
	flags.StringVar(&f.dir, "dir", ".", "`DIR` in a checkout of the project")
	flags.StringVar(&f.format, "format", "text", "`FORM` of the result: text, json, markdown")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress on standard error")
	complete(cmd, "format", fixed(mutantsFormats...))
	return cmd
}

func (c *cli) mutants(ctx context.Context, f *mutantsFlags) error {
	if err := oneOf("format", f.format, mutantsFormats); err != nil {
		return err
	}
	if f.For < time.Second || f.Each < time.Second || f.Sample.Size < 0 || f.Sample.Turn < 0 {
		return usageError("--for and --each are at least 1s, --sample and --turn at least 0")
	}
	var err error
	if f.Root, err = mutants.FindRoot(f.dir); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if !f.quiet {
		f.Progress = c.mutantProgress
	}
	if f.show {
		return c.showMutant(ctx, f)
	}
	report, err := f.Run(ctx)
	switch {
	case errors.Is(err, mutants.ErrUnknown):
		return fmt.Errorf("%w: %w", errUsage, err)
	case err != nil && ctx.Err() == nil:
		return err
	}
	if printed := c.printMutants(report, f.format); printed != nil || err != nil {
		return errors.Join(printed, because(ctx, err))
	}
	if !report.AllKilled() {
		return exitViolation
	}
	return nil
}

// showMutant lets a user watch the lab find one bug. Finding it is a success here.
func (c *cli) showMutant(ctx context.Context, f *mutantsFlags) error {
	program, err := f.Show(ctx, filepath.Join(".torture", "mutants"), c.stdout, c.stderr)
	switch {
	case errors.Is(err, mutants.ErrUnknown), errors.Is(err, mutants.ErrShow):
		return fmt.Errorf("%w: %w", errUsage, err)
	case err != nil:
		return because(ctx, err)
	}
	_, err = fmt.Fprintf(c.stdout, "\nThis was the engine with the bug %s.\nTo replay, paste the line with %s in place of lightning-torture.\n",
		f.Only, program)
	return err
}

func (c *cli) printMutants(r mutants.Report, format string) error {
	switch format {
	case "json":
		return r.WriteJSON(c.stdout)
	case "markdown":
		return r.WriteMarkdown(c.stdout)
	}
	return r.WriteText(c.stdout)
}

// mutantProgress says what became of each mutant as soon as that is known: all of them take a while.
func (c *cli) mutantProgress(at, of int, m mutants.Mutant, o *mutants.Outcome) {
	if o == nil {
		fmt.Fprintf(c.stderr, "%d/%d %s ... ", at, of, m.Name)
		return
	}
	fmt.Fprintf(c.stderr, "%s, %.1f s\n", o.Verdict, o.Seconds)
}
