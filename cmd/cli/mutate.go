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
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/mutate"
	"github.com/lightningdb/lightning-torture/workloads/mutate/operators"
	"github.com/lightningdb/lightning-torture/workloads/mutate/trials"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

const mutateText = `Make small changes to a Go package, one at a time, and see whether its tests notice: which fsync could go?

A change drops a sync, swaps two durable steps, ignores the error of one, or takes a lock only for reading or not at all. With
--kind classical, changes are those that any program could suffer from: a negated condition, a limit that is off by one, a
dropped statement, a changed constant. The source is not touched; the compiler gets the change through go build -overlay. By
default the tests of the package itself are run. If they are many, select some with --test, or run a torture test in another
package with --tests.

With --judge, --sample or --ledger, the judges are arbitrary commands, and each judges every change. They run in --dir, with the
change in GOFLAGS, and exit with 0 if they did not notice it, 125 if they cannot say, and anything else if they noticed it.
Changes that do not compile, or compile to the same code, are skipped. The ledger keeps every answer, so the same command
continues where it was stopped. The file of --reasons has lines "ID CLASS: ARGUMENT" about changes that were not noticed; CLASS
is equivalent or speed, which do not count, or unreachable or missed, which do.

Exit codes: 0 every change that compiles was noticed, 1 some change was noticed by no judge, 2 bad usage or no such package,
3 nothing to change, or a judge fails on the unchanged package, 4 the host is at fault.`

const mutateExample = `  lightning-torture mutate ./wal
  lightning-torture mutate ./storage/... --kind drop-sync --tests ./torturetest --test TestPowerCut --for 5m
  lightning-torture mutate ./wal --format json > wal.json
  lightning-torture mutate ./storage/... --kind all --sample 100 --seed 1 --ledger storage.jsonl \
    --judge unit='go test ./storage/...' --judge torture@10m='go test ./torturetest'`

type mutateFlags struct {
	kinds   []string
	judges  []string
	reached []string
	status  bool
	trials  trials.Trials
	out     score.Output
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
	flags.StringArrayVar(&f.kinds, "kind", []string{"durability"},
		"`NAMES` of kinds of changes: "+strings.Join(kindNames(), ", ")+"; or durability, classical, all")
	flags.DurationVar(&f.For, "for", mutate.DefaultFor, "time limit of the tests, or of a judge without one of its own; exceeding it counts as noticed")
	flags.StringVar(&f.Dir, "dir", ".", "`DIR` to which the packages are relative")
	flags.StringArrayVar(&f.judges, "judge", nil, "`NAME=COMMAND` or NAME@LIMIT=COMMAND: a judge in place of the tests; may be repeated")
	flags.StringArrayVar(&f.reached, "reached", nil, "`NAME=FILE`: a coverage profile of a judge, which is then not asked about code that it never executes")
	flags.IntVar(&f.trials.Sample, "sample", 0, "judge `N` changes, chosen at random (default all)")
	flags.StringVar(&f.trials.Seed, "seed", "1", "`TEXT` that determines the sample; commit: the hash of the commit that is checked out")
	flags.StringVar(&f.trials.Ledger, "ledger", "", "`FILE` that keeps the answers; a run continues from those in it")
	flags.StringVar(&f.trials.Reasons, "reasons", "", "`FILE` with the reasons why changes were not noticed")
	flags.IntVar(&f.trials.Workers, "workers", 1, "judge `N` changes at the same time")
	flags.BoolVar(&f.trials.AgainSurvivors, "again-survivors", false, "judge again the changes that were not noticed at another commit")
	flags.BoolVar(&f.status, "status", false, "print the score of the ledger and judge nothing")
	f.out.Register(cmd)
	cmdline.Complete(cmd, "kind", cmdline.Fixed(append(kindNames(), "durability", "classical", "all")...))
	return cmd
}

func kindNames() []string {
	var names []string
	for _, k := range operators.All() {
		names = append(names, string(k))
	}
	return names
}

// parseKinds parses the names of kinds and of groups of kinds.
func parseKinds(values []string) ([]operators.Kind, error) {
	groups := map[string][]operators.Kind{"durability": operators.Durability(), "classical": operators.Classical()}
	names := cmdline.Names(values)
	if len(names) == 0 {
		return operators.All(), nil
	}
	var kinds []operators.Kind
	for _, name := range names {
		switch group, ok := groups[name]; {
		case ok:
			kinds = append(kinds, group...)
		case slices.Contains(kindNames(), name):
			kinds = append(kinds, operators.Kind(name))
		default:
			return nil, exit.Usagef("unknown --kind %q; choose one of %s, durability, classical, all", name, strings.Join(kindNames(), ", "))
		}
	}
	return kinds, nil
}

func runMutate(ctx context.Context, t *tool, f *mutateFlags) (err error) {
	if err := f.out.Validate(); err != nil {
		return err
	}
	if err := cmdline.Between("for", f.For, time.Second, plan.MaxFor); err != nil {
		return err
	}
	if f.Kinds, err = parseKinds(f.kinds); err != nil {
		return err
	}
	if len(f.judges) > 0 || f.trials.Sample != 0 || f.trials.Ledger != "" {
		return runTrials(ctx, t, f)
	}
	if f.trials.Reasons != "" || f.trials.AgainSurvivors || f.status {
		return exit.Usagef("--reasons, --again-survivors and --status are for a ledger; give --ledger FILE")
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
	return noticed(report.Killed, report.Survived)
}

// noticed returns the exit code for the given numbers of changes that were and were not noticed.
func noticed(killed, survived int) error {
	switch {
	case survived > 0:
		return exit.Violation
	case killed == 0:
		return exit.Inconclusive
	}
	return nil
}

// withoutReport assigns an exit code to the error of a run that has no report.
func withoutReport(err error) error {
	switch {
	case errors.Is(err, mutate.ErrSource), errors.Is(err, trials.ErrJudge), errors.Is(err, trials.ErrLedger), errors.Is(err, trials.ErrReasons),
		errors.Is(err, hostdisk.ErrInUse):
		return exit.With(exit.BadUsage, err)
	case errors.Is(err, mutate.ErrBaseline), errors.Is(err, mutate.ErrTests), errors.Is(err, trials.ErrBaseline):
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
