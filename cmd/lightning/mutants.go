package lightning

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/cli"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/cmd/internal/score"
	"github.com/lightningdb/lightning-torture/workloads/mutants"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

const mutantsText = `Plant known bugs in Lightning, one at a time, and check whether the lab finds each.

Each bug is a file in ci/mutants, so this needs a checkout of the project, and Go. The lab is built with the buggy engine
and run as "run --stop-after 1". A bug counts as found only if the engine without it passes the same command. With
--matrix the lab also searches under each fault alone, and under all of them on disks simpler than real ones, to show
what those would have missed. Flags of run after -- replace those that a bug needs.

The exit code is 1 if a bug was not found.`

const mutantsExample = `  lightning-torture mutants --only failed-fsync-retried
  lightning-torture mutants --only sst-without-sync --show
  lightning-torture mutants --class durability --format markdown
  lightning-torture mutants --sample 8 --turn $(git rev-list --count HEAD)
  lightning-torture mutants --sample 30 --for 5m -- --scenario small --ops 2
  lightning-torture mutants --matrix --format markdown > ci/mutants/MATRIX.md`

type mutantsFlags struct {
	dir  string
	show bool
	out  score.Output
	mutants.Campaign
}

func mutantsCommand() *cobra.Command {
	var f mutantsFlags
	cmd := &cobra.Command{
		Use: "mutants [-- FLAGS]", Short: "Test the lab: plant known bugs in Lightning and find them", Long: mutantsText, Example: mutantsExample,
		Annotations: map[string]string{cli.ViolationAnnotation: "a bug was not noticed"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && cmd.ArgsLenAtDash() != 0 {
				return exit.Usagef("unexpected argument %q before --", args[0])
			}
			f.Flags = args
			return runMutants(cmd, &f)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.Only, "only", "", "`NAMES` of mutants, with or without their numbers (default all)")
	flags.StringVar(&f.Class, "class", "", "`CLASS` of the mutants (default any)")
	flags.BoolVar(&f.show, "show", false, "with --only: show what a user would see, and keep the lab with the bug in .torture/mutants")
	flags.IntVar(&f.Sample.Size, "sample", 0, "try `N` of them (default all)")
	flags.IntVar(&f.Sample.Turn, "turn", 0, "`NUMBER` that selects the sample; increasing numbers, such as the count of commits, take turns")
	flags.DurationVar(&f.For, "for", mutants.DefaultFor, "how long to search for each")
	flags.BoolVar(&f.Matrix, "matrix", false, "also search under every fault alone, and with simple profiles")
	flags.StringSliceVar(&f.Faults, "faults", nil, "`NAMES` of the faults of the matrix (default all)")
	flags.DurationVar(&f.Each, "each", mutants.DefaultEach, "how long to search under each fault of the matrix")
	flags.StringVar(&f.dir, "dir", ".", "`DIR` in a checkout of the project")
	f.out.Register(cmd)
	return cmd
}

func runMutants(cmd *cobra.Command, f *mutantsFlags) error {
	if err := f.out.Validate(); err != nil {
		return err
	}
	if f.For < time.Second || f.Each < time.Second || f.Sample.Size < 0 || f.Sample.Turn < 0 {
		return exit.Usagef("--for and --each must be at least 1s, --sample and --turn at least 0")
	}
	if f.For > plan.MaxFor || f.Each > plan.MaxFor {
		return exit.Usagef("--for and --each must be at most %v", plan.MaxFor)
	}
	var err error
	if f.Root, err = mutants.FindRoot(f.dir); err != nil {
		return exit.With(exit.BadUsage, err)
	}
	if !f.out.Quiet {
		f.Progress = mutantProgress(cmd.ErrOrStderr())
	}
	if f.show {
		return showMutant(cmd, f)
	}
	ctx := cmd.Context()
	report, err := f.Run(ctx)
	switch {
	case errors.Is(err, mutants.ErrUnknown):
		return exit.With(exit.BadUsage, err)
	case err != nil && ctx.Err() == nil:
		return err
	}
	if printed := f.out.Write(cmd.OutOrStdout(), report); printed != nil || err != nil {
		return errors.Join(printed, exit.Because(ctx, err))
	}
	if !report.AllKilled() {
		return exit.Violation
	}
	return nil
}

// showMutant lets the user watch the lab find one bug. Finding it counts as success.
func showMutant(cmd *cobra.Command, f *mutantsFlags) error {
	ctx, stdout := cmd.Context(), cmd.OutOrStdout()
	program, err := f.Show(ctx, filepath.Join(".torture", "mutants"), stdout, cmd.ErrOrStderr())
	switch {
	case errors.Is(err, mutants.ErrUnknown), errors.Is(err, mutants.ErrShow):
		return exit.With(exit.BadUsage, err)
	case err != nil:
		return exit.Because(ctx, err)
	}
	_, err = fmt.Fprintf(stdout, "\nThis was the engine with the bug %s.\nTo replay, paste the line with %s in place of lightning-torture.\n",
		f.Only, program)
	return err
}

func mutantProgress(w io.Writer) func(at, of int, m mutants.Mutant, o *mutants.Outcome) {
	return func(at, of int, m mutants.Mutant, o *mutants.Outcome) {
		if o == nil {
			score.Begin(w, at, of, m.Name)
		} else {
			score.End(w, fmt.Sprintf("%s, %.1f s", o.Verdict, o.Seconds))
		}
	}
}
