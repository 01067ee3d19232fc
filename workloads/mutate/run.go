package mutate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/mutate/operators"
)

// DefaultFor is the default time limit of the tests for one mutation.
const DefaultFor = time.Minute

// Run configures what to mutate and which tests to run.
type Run struct {
	Dir     string        // working directory for package patterns
	Package string        // pattern of the packages to mutate
	Tests   string        // pattern of the packages whose tests run; empty: those of Package
	Test    string        // regular expression for the names of tests; empty: all
	Kinds   []Kind        // of mutations; empty: those of the function Kinds
	For     time.Duration // time limit of the tests for one mutation; 0: DefaultFor

	// Progress, if set, is called before each mutation is tried, and again with its outcome.
	Progress func(at, of int, m Mutation, o *Outcome)
}

// Do tries every mutation, one at a time. It returns ErrSource, ErrBaseline, ErrTests or an error of the host. If ctx
// is canceled, it returns the outcomes so far and the error of ctx.
func (r Run) Do(ctx context.Context) (report Report, err error) {
	r.defaults()
	all, err := find(ctx, r.Dir, r.Package, r.Kinds)
	if err != nil {
		return report, err
	}
	packages, err := operators.List(ctx, r.Dir, r.Tests)
	if err != nil {
		return report, err
	}
	scratch, err := hostdisk.NewScratch("", "mutate")
	if err != nil {
		return report, fmt.Errorf("mutate: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	t := &trial{run: &r, packages: packages, scratch: scratch.Dir}
	if len(all) > 0 {
		if err := t.baseline(ctx); err != nil {
			return report, err
		}
	}
	report = newReport(r.Package, t.each(ctx, all))
	return report, ctx.Err()
}

func (r *Run) defaults() {
	if r.Dir == "" {
		r.Dir = "."
	}
	if r.Tests == "" {
		r.Tests = r.Package
	}
	if len(r.Kinds) == 0 {
		r.Kinds = Kinds()
	}
	if r.For == 0 {
		r.For = DefaultFor
	}
	if r.Progress == nil {
		r.Progress = func(int, int, Mutation, *Outcome) {}
	}
}

func (t *trial) each(ctx context.Context, all []Mutation) []Outcome {
	outcomes := []Outcome{}
	for i, m := range all {
		t.run.Progress(i+1, len(all), m, nil)
		o := t.try(ctx, m)
		if ctx.Err() != nil {
			break // the interrupted one has no outcome
		}
		t.run.Progress(i+1, len(all), m, &o)
		outcomes = append(outcomes, o)
	}
	return outcomes
}

// scratchFor creates a directory for one mutation.
func (t *trial) scratchFor(name string) (string, error) {
	dir, err := os.MkdirTemp(t.scratch, filepath.Base(name)+"-")
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrTests, err)
	}
	return dir, nil
}
