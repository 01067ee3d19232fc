package mutants

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
)

// Defaults of a [Campaign].
const (
	DefaultFor  = time.Minute
	DefaultEach = 10 * time.Second
)

// Campaign tries the mutants of a checkout, one at a time because a run of the lab uses the whole machine.
type Campaign struct {
	Root   string        // of the checkout; see FindRoot
	Only   string        // names of mutants, as Select reads them; empty: all
	Class  string        // of the mutants, such as "durability"; empty: any
	Sample Sample        // which of them to try
	For    time.Duration // how long the lab may look for a mutant; 0: DefaultFor
	Flags  []string      // of the lab's run, in place of those that the mutants name
	Matrix bool          // also run under each fault alone, and with simple profiles
	Each   time.Duration // how long to look under each fault of the matrix; 0: DefaultEach
	Faults []string      // columns of the matrix; empty: all

	// Progress, if set, is called before each mutant is tried, and again with its outcome.
	Progress func(at, of int, m Mutant, o *Outcome)

	lab     string // package of the lab's command
	mutants string // directory of the mutants, relative to Root
}

// Run tries the mutants. It returns ErrFormat, ErrUnknown or an error of the host; a problem with a single mutant is an
// outcome. If ctx is canceled, it returns the outcomes so far and the error of ctx.
func (c Campaign) Run(ctx context.Context) (r Report, err error) {
	c.defaults()
	chosen, err := c.choose()
	if err != nil {
		return r, err
	}
	scratch, err := hostdisk.NewScratch("", "mutants")
	if err != nil {
		return r, fmt.Errorf("mutants: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	lab := Lab{Root: c.Root, Package: c.lab, For: c.For, Scratch: scratch.Dir}
	if c.Matrix {
		lab.Each, lab.Faults = c.Each, c.Faults
	}
	var outcomes []Outcome
	for i, m := range chosen {
		c.Progress(i+1, len(chosen), m, nil)
		o := lab.Try(ctx, m)
		if ctx.Err() != nil {
			break // the interrupted one has no outcome
		}
		c.Progress(i+1, len(chosen), m, &o)
		outcomes = append(outcomes, o)
	}
	return NewReport(outcomes, lab.columns...), ctx.Err()
}

func (c *Campaign) defaults() {
	if c.For == 0 {
		c.For = DefaultFor
	}
	if c.Each == 0 {
		c.Each = DefaultEach
	}
	if c.Progress == nil {
		c.Progress = func(int, int, Mutant, *Outcome) {}
	}
	if c.lab == "" {
		c.lab, c.mutants = "./cmd/lightning-torture", "ci/mutants"
	}
}

func (c *Campaign) choose() ([]Mutant, error) {
	all, err := Load(os.DirFS(filepath.Join(c.Root, c.mutants)))
	if err != nil {
		return nil, err
	}
	chosen, err := Select(all, c.Only)
	if err != nil {
		return nil, err
	}
	if c.Class != "" {
		chosen = slices.DeleteFunc(chosen, func(m Mutant) bool { return m.Class != c.Class })
		if len(chosen) == 0 {
			return nil, fmt.Errorf("%w: no mutant of class %q", ErrUnknown, c.Class)
		}
	}
	chosen = c.Sample.of(chosen)
	if len(c.Flags) > 0 {
		for i := range chosen {
			chosen[i].Flags = c.Flags
		}
	}
	return chosen, nil
}
