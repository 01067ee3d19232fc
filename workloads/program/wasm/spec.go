package wasm

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
)

// Name is the name of this way of running programs.
const Name = "wasm"

// Spec says how a program is run and judged. It has a JSON form, for saved findings.
type Spec struct {
	Program []string `json:"program"`         // a .wasm file or a Go package, then arguments
	Check   []string `json:"check,omitempty"` // if IsProgram(Check[0]), it runs through WebAssembly too, and observes
	Dump    []string `json:"dump,omitempty"`  // likewise; replaces Check, see package golden
	// Setup, if set, is a program that runs here and prepares the store. What it does is durable before the first power cut.
	Setup []string `json:"setup,omitempty"`
	// Stdout is a regular expression that selects the lines of standard output that acknowledge. The acknowledgement is the
	// first group or, without a group, the whole line. If Stdout is empty, .torture/ack has the acknowledgements.
	Stdout string   `json:"stdout,omitempty"`
	Env    []string `json:"env,omitempty"` // "NAME=VALUE"; {dir} and {acks} are replaced here too
	Seed   uint64   `json:"seed"`
	// Switches limits the forced switches of goroutines, after which they run until they block; 0 means no limit.
	Switches uint64 `json:"switches,omitempty"`
	// Limit is the number of function calls allowed in the program or a recovery; 0 means DefaultLimit.
	Limit uint64   `json:"limit,omitempty"`
	Rules []string `json:"rules,omitempty"` // faults of the recorded run, in the syntax of faultfs.ParseRule
}

// DefaultLimit is the limit if Spec.Limit is 0. It allows roughly ten seconds of work.
const DefaultLimit = 500_000_000

// EnsureDefaults replaces zero values with the defaults.
func (s *Spec) EnsureDefaults() {
	if s.Limit == 0 {
		s.Limit = DefaultLimit
	}
}

// Validate reports all mistakes of the spec at once.
func (s *Spec) Validate() error {
	var errs []error
	switch {
	case len(s.Program) == 0:
		errs = append(errs, errors.New("there is no program"))
	case !IsProgram(s.Program[0]):
		errs = append(errs, fmt.Errorf("%s is neither a .wasm file nor a package of Go, so it does not run through WebAssembly; "+
			"build it with GOOS=wasip1 GOARCH=wasm go build, or leave out --on wasm", s.Program[0]))
	case !mentions(s.Program, program.Dir) && !mentions(s.Env, program.Dir):
		errs = append(errs, fmt.Errorf("no argument of %s contains {dir}, the directory of its store", s.Program[0]))
	}
	if len(s.Setup) > 0 && !s.runsHere(s.Setup) {
		errs = append(errs, fmt.Errorf("the setup %s is neither a .wasm file nor a package of Go; only programs that run through WebAssembly "+
			"have access to the disk", s.Setup[0]))
	}
	if len(s.Check) > 0 && len(s.Dump) > 0 {
		errs = append(errs, errors.New("both a checker and a dump are given; leave one of them out"))
	}
	for what, args := range map[string][]string{"checker": s.Check, "dump": s.Dump} { // at most one is given
		if s.runsHere(args) && !mentions(args, program.Dir) {
			errs = append(errs, fmt.Errorf("no argument of the %s %s contains {dir}, the directory of the recovered store", what, args[0]))
		}
	}
	if _, err := regexp.Compile(s.Stdout); err != nil {
		errs = append(errs, err)
	}
	for _, rule := range s.Rules {
		if _, err := faultfs.ParseRule(rule); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// runsHere reports whether a command is a program that runs through WebAssembly.
func (s *Spec) runsHere(args []string) bool { return len(args) > 0 && IsProgram(args[0]) }

// JudgedHere reports whether the checker or the dump runs through WebAssembly, if there is one.
func (s *Spec) JudgedHere() bool { return s.runsHere(s.Check) || s.runsHere(s.Dump) }

func mentions(args []string, word string) bool {
	return slices.ContainsFunc(args, func(arg string) bool { return strings.Contains(arg, word) })
}
