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

// Spec says how a program is run and how it is judged. It is JSON: saved findings have it.
type Spec struct {
	Program []string `json:"program"` // the first is a .wasm file or a Go package
	Check   []string `json:"check"`   // likewise
	// Stdout selects the lines of standard output that are acknowledgements: the text is the first group, or all that matched.
	// Empty: .torture/ack has them.
	Stdout string   `json:"stdout,omitempty"`
	Env    []string `json:"env,omitempty"` // "NAME=VALUE"
	Seed   uint64   `json:"seed"`
	// Limit is how many functions the program or a recovery may enter; 0 means DefaultLimit.
	Limit uint64   `json:"limit,omitempty"`
	Rules []string `json:"rules,omitempty"` // faults of the recorded run, as faultfs.ParseRule reads them
}

// DefaultLimit is the limit if Spec.Limit is 0. It is some ten seconds of work.
const DefaultLimit = 500_000_000

// EnsureDefaults fills in what is not given.
func (s *Spec) EnsureDefaults() {
	if s.Limit == 0 {
		s.Limit = DefaultLimit
	}
}

// Validate reports all mistakes at once.
func (s *Spec) Validate() error {
	var errs []error
	if len(s.Program) == 0 {
		errs = append(errs, errors.New("there is no program"))
	} else if !mentions(s.Program, program.Dir) {
		errs = append(errs, fmt.Errorf("no argument of %s contains {dir}, the directory of its store", s.Program[0]))
	}
	if len(s.Check) > 0 && !mentions(s.Check, program.Dir) {
		errs = append(errs, fmt.Errorf("no argument of the checker %s contains {dir}, the directory of the recovered store", s.Check[0]))
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

func mentions(args []string, word string) bool {
	return slices.ContainsFunc(args, func(arg string) bool { return strings.Contains(arg, word) })
}
