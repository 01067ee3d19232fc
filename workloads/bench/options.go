package bench

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Reference is the engine with which the others are compared.
const Reference = "pebble"

// Defaults of Options, and their bounds.
const (
	DefaultEntries = 1_000_000
	DefaultRounds  = 5
	DefaultWait    = 3 * time.Second

	entriesMin, entriesMax = 100, 1_000_000_000
	roundsMax              = 1000
	waitMax                = 24 * time.Hour
	goroutinesMax          = 1024
)

// Options says what to measure. The zero value measures everything.
type Options struct {
	Engines    []string // empty: all
	Works      []string // empty: all
	Goroutines []int    // for works that have a choice; empty: defaults of each work
	Entries    int
	Rounds     int
	// Dir is where the stores are created, in a directory that is removed afterwards. Empty: the system's directory for
	// temporary files.
	Dir string
	// Wait is the longest time to wait before a measurement for other processes to leave the CPUs. Negative: no wait.
	Wait time.Duration
	// ProfileDir, if not empty, receives a CPU profile of each measurement.
	ProfileDir string
	// Child is a command line that calls Child with standard input and output and prints errors to standard error. It
	// must exit with code 1 if the error is ErrWrong.
	Child []string
	// Progress, if not nil, is called with a description of each measurement before it begins.
	Progress func(string)
}

// EnsureDefaults replaces zero fields with their defaults.
func (o *Options) EnsureDefaults(engines []Engine) {
	if len(o.Engines) == 0 {
		o.Engines = names(engines)
	}
	if len(o.Works) == 0 {
		for _, w := range works() {
			o.Works = append(o.Works, w.name)
		}
	}
	if o.Entries == 0 {
		o.Entries = DefaultEntries
	}
	if o.Rounds == 0 {
		o.Rounds = DefaultRounds
	}
	if o.Wait == 0 {
		o.Wait = DefaultWait
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
}

// Validate returns nil, or an ErrConfig that names everything that cannot be measured. It expects defaults to be set.
func (o *Options) Validate(engines []Engine) error {
	var errs []error
	known := names(engines)
	for i, name := range o.Engines {
		if !slices.Contains(known, name) {
			errs = append(errs, bad("unknown engine %q; choose one of %s", name, strings.Join(known, ", ")))
		} else if slices.Contains(o.Engines[:i], name) {
			errs = append(errs, bad("--engine names %s twice; name it once", name))
		}
	}
	var all []string
	for _, w := range works() {
		all = append(all, w.name)
	}
	for i, name := range o.Works {
		if !slices.Contains(all, name) {
			errs = append(errs, bad("unknown work %q; choose one of %s", name, strings.Join(all, ", ")))
		} else if slices.Contains(o.Works[:i], name) {
			errs = append(errs, bad("--work names %s twice; name it once", name))
		}
	}
	for i, n := range o.Goroutines {
		errs = append(errs, between("goroutines", n, 1, goroutinesMax))
		if slices.Contains(o.Goroutines[:i], n) {
			errs = append(errs, bad("--goroutines names %d twice; name it once", n))
		}
	}
	if o.Wait > waitMax {
		errs = append(errs, bad("--wait is %v; give at most %v", o.Wait, waitMax))
	}
	errs = append(errs, between("entries", o.Entries, entriesMin, entriesMax), between("rounds", o.Rounds, 1, roundsMax))
	return errors.Join(errs...)
}

func between(flag string, n, low, high int) error {
	if n < low || n > high {
		return bad("--%s is %d; give a number from %d to %d", flag, n, low, high)
	}
	return nil
}

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrConfig}, args...)...)
}

func names(engines []Engine) []string {
	var all []string
	for _, e := range engines {
		all = append(all, e.Name)
	}
	return all
}
