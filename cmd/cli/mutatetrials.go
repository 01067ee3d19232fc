package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/mutate/trials"
	"github.com/lightningdb/lightning-torture/workloads/torture/gotest"
)

// samplesMax limits --sample, and workersPerCPU --workers.
const (
	samplesMax    = 1_000_000
	workersPerCPU = 4
)

// runTrials has judges decide about mutants, or prints what they have decided so far.
func runTrials(ctx context.Context, t *tool, f *mutateFlags) error {
	if err := f.prepareTrials(); err != nil {
		return err
	}
	if !f.out.Quiet {
		f.trials.Progress = trialProgress(t.stderr)
	}
	run := f.trials.Run
	if f.status {
		run = f.trials.Status
	}
	report, err := run(ctx)
	if err != nil && ctx.Err() == nil {
		return withoutReport(err)
	}
	if printed := f.out.Write(t.stdout, report); printed != nil || err != nil {
		return errors.Join(printed, exit.Because(ctx, err))
	}
	return noticed(report.Total.Any, report.Total.Counted()-report.Total.Any)
}

func (f *mutateFlags) prepareTrials() error {
	if f.trials.Sample < 0 || f.trials.Sample > samplesMax {
		return exit.Usagef("--sample is %d; give 0 to %d", f.trials.Sample, samplesMax)
	}
	if most := workersPerCPU * runtime.NumCPU(); f.trials.Workers < 1 || f.trials.Workers > most {
		return exit.Usagef("--workers is %d; give 1 to %d on this machine", f.trials.Workers, most)
	}
	for _, text := range f.judges {
		j, err := trials.ParseJudge(text)
		if err != nil {
			return exit.With(exit.BadUsage, err)
		}
		f.trials.Judges = append(f.trials.Judges, j)
	}
	if err := f.readReached(); err != nil {
		return err
	}
	switch {
	case len(f.judges) == 0:
		f.trials.Judges = []trials.Judge{{Name: "tests", Command: f.testCommand()}}
	case f.Test != "" || f.Tests != "":
		return exit.Usagef("--test and --tests select tests as the judge; with --judge, select them in its command")
	}
	f.trials.Dir, f.trials.Packages, f.trials.Kinds, f.trials.Limit = f.Dir, []string{f.Package}, f.Kinds, f.For
	return nil
}

// readReached reads the coverage profiles of judges.
func (f *mutateFlags) readReached() error {
	for _, text := range f.reached {
		name, file, _ := strings.Cut(text, "=")
		at := slices.IndexFunc(f.trials.Judges, func(j trials.Judge) bool { return j.Name == name })
		if at < 0 || file == "" {
			return exit.Usagef("--reached is %q; write NAME=FILE with the name of a --judge", text)
		}
		var err error
		if f.trials.Judges[at].Reach, err = trials.ReadReach(file); err != nil {
			return exit.With(exit.BadUsage, err)
		}
	}
	return nil
}

// testCommand returns the command that runs the tests.
func (f *mutateFlags) testCommand() string {
	words := []string{"go", "test", "-vet=off", "-failfast"}
	if f.Test != "" {
		words = append(words, "-run", gotest.Quote(f.Test))
	}
	if f.Tests == "" {
		return strings.Join(append(words, gotest.Quote(f.Package)), " ")
	}
	return strings.Join(append(words, gotest.Quote(f.Tests)), " ")
}

// trialProgress prints a line for each mutant.
func trialProgress(w io.Writer) func(at, of int, e trials.Entry) {
	return func(at, of int, e trials.Entry) {
		if e.Skipped != "" {
			fmt.Fprintf(w, "skipped %s: %s\n", e.ID, e.Skipped)
			return
		}
		var answers []string
		for name, a := range e.Answers {
			answers = append(answers, fmt.Sprintf("%s %s, %.1f s", name, a.Verdict, a.Seconds))
		}
		slices.Sort(answers)
		fmt.Fprintf(w, "%d/%d %s: %s\n", at, of, e.ID, strings.Join(answers, "; "))
	}
}
