package native

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/process"
)

// Spec says how a program is run and judged. It has a JSON form, for stages and saved findings.
type Spec struct {
	Program []string `json:"program"`
	Check   []string `json:"check"`
	// Dump prints what is in a store. It replaces Check, see package golden.
	Dump    []string `json:"dump,omitempty"`
	Serve   bool     `json:"serve,omitempty"`   // Check stays alive
	Observe bool     `json:"observe,omitempty"` // Check looks at undecided images
	// Stdout is a regular expression that selects the lines of standard output that acknowledge. The acknowledgement is the
	// first group or, without a group, the whole line. If Stdout is empty, .torture/ack has the acknowledgements.
	Stdout   string        `json:"stdout,omitempty"`
	Patience time.Duration `json:"patience"`        // time limit of a recovery; 0 means DefaultPatience
	Timeout  time.Duration `json:"timeout"`         // time limit of the recorded run; 0 means DefaultTimeout
	Rules    []string      `json:"rules,omitempty"` // faults of the recorded run, in the syntax of faultfs.ParseRule
	// Env has further variables of the environment of these commands, as "NAME=VALUE". A checker that stays alive has none.
	Env []string `json:"env,omitempty"`
	// Setup, if set, prepares the store. What it does is durable before the first power cut.
	Setup []string `json:"setup,omitempty"`
	// Again runs the program, or Server.Work, once more on each recovered store that passes, and then judges the store
	// again, after another start. This finds recoveries after which new writes do not survive the next start.
	Again bool `json:"again,omitempty"`
	// Stacks has the recording say where in the program's source each operation comes from.
	Stacks bool `json:"stacks,omitempty"`
	// Server is set if Program is a server, which runs until it is stopped.
	Server *Server `json:"server,omitempty"`
}

// Server says how to use a program that is a server. Its clients and its checker run in the same process.Room.
type Server struct {
	Ready process.Probe `json:"ready"`
	Work  []string      `json:"work,omitempty"` // drives the server while it is recorded, and acknowledges
	Stop  process.Stop  `json:"stop"`           // ends the recorded run; a recovery is killed instead
}

// Defaults of Spec.
const (
	DefaultPatience = 30 * time.Second
	DefaultTimeout  = 5 * time.Minute
)

// Placeholders in arguments: the file with the acknowledgements, and the directory for a server's sockets.
const (
	acksWord = "{acks}"
	tmpWord  = "{tmp}"
)

// EnsureDefaults replaces zero values with the defaults.
func (s *Spec) EnsureDefaults() {
	if s.Patience == 0 {
		s.Patience = DefaultPatience
	}
	if s.Timeout == 0 {
		s.Timeout = DefaultTimeout
	}
}

// NeedsStage reports whether recoveries need a stage, for a mount or for the room of a server. Recording always needs one.
func (s *Spec) NeedsStage() bool { return s.Observe || s.Server != nil }

// Validate reports all mistakes of the spec at once.
func (s *Spec) Validate() error { return errors.Join(s.ValidateProgram(), s.validateJudge()) }

// ValidateProgram reports the mistakes that matter if the program is only recorded.
func (s *Spec) ValidateProgram() error {
	var errs []error
	if len(s.Program) > 0 && !mentions(s.Program, program.Dir) {
		errs = append(errs, fmt.Errorf("no argument of %s contains {dir}, the directory of its store", s.Program[0]))
	}
	_, err := regexp.Compile(s.Stdout)
	return errors.Join(append(errs, err, s.validateServer())...)
}

func (s *Spec) validateServer() error {
	if s.Server == nil {
		if mentions(slices.Concat(s.Program, s.Check, s.Dump, s.Setup), tmpWord) {
			return errors.New("{tmp} is the directory for the sockets of a server; say when the server is ready, and what drives it")
		}
		return nil
	}
	_, err := regexp.Compile(s.Server.Ready.Output)
	switch file := s.Server.Ready.File; {
	case err != nil:
		return err
	case strings.Contains(file, program.Dir):
		return fmt.Errorf("the file %s, which says that the server is ready, would survive a crash; let the server make it in {tmp}", file)
	case s.Server.Stop.Signal != "" && !process.SignalKnown(s.Server.Stop.Signal):
		return fmt.Errorf("no signal is called %s", s.Server.Stop.Signal)
	}
	return nil
}

func (s *Spec) validateJudge() error {
	named := func(args []string) bool {
		return s.Server != nil || mentions(args, program.Dir) || mentions(args, "TORTURE_DIR")
	}
	switch {
	case len(s.Check) == 0 && len(s.Dump) == 0:
		return errors.New("there is no checker")
	case len(s.Check) > 0 && len(s.Dump) > 0:
		return errors.New("both a checker and a dump are given; leave one of them out")
	case len(s.Dump) > 0 && (s.Serve || s.Observe):
		return errors.New("a dump is called once for each image, on a copy: it can neither stay alive nor observe")
	case s.Again && (len(s.Dump) > 0 || s.Observe):
		return errors.New("a second run of the program needs a checker that judges copies; it works neither with a dump nor with observed images")
	case len(s.Dump) > 0 && !named(s.Dump):
		return fmt.Errorf("no argument of the dump %s contains {dir}, the directory of the recovered store", s.Dump[0])
	case len(s.Check) > 0 && !s.Serve && !named(s.Check):
		return fmt.Errorf("no argument of the checker %s contains {dir}, the directory of the recovered store", s.Check[0])
	}
	return nil
}

func mentions(args []string, word string) bool {
	return slices.ContainsFunc(args, func(arg string) bool { return strings.Contains(arg, word) })
}

// fill replaces the placeholders in arguments.
func fill(args []string, dir, acks string) []string {
	words := strings.NewReplacer(program.Dir, dir, acksWord, acks, tmpWord, process.Tmp)
	filled := make([]string, len(args))
	for i, arg := range args {
		filled[i] = words.Replace(arg)
	}
	return filled
}
