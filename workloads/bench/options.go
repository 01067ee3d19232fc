package bench

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Reference is the engine that the others are compared with.
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

// Options says what is measured. Its zero value measures everything.
type Options struct {
	Engines    []string // all of them by default
	Works      []string // all of them by default
	Goroutines []int    // of works that have a choice; by default each work has numbers of its own
	Entries    int
	Rounds     int
	// Dir is where the stores are made, in a directory that is removed afterwards; the system's place for temporary
	// files by default.
	Dir string
	// Wait is how long, at most, to wait before a measurement until other processes leave the CPUs. None if negative.
	Wait time.Duration
	// ProfileDir, if not empty, gets a CPU profile of each measurement.
	ProfileDir string
	// Child is the command line that runs Child with its standard input and output, and errors on standard error. It
	// must exit with code 1 if the error is ErrWrong.
	Child []string
	// Progress, if not nil, is told what is being measured.
	Progress func(string)
}

// EnsureDefaults replaces zero fields by their defaults.
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

// Validate returns nil, or an ErrConfig that names everything that cannot be measured. Defaults must be in place.
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
