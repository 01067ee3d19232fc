package exec

import (
	"errors"
	osexec "os/exec"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/program/hosted"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/wasm"
)

// runFlags are the flags that say how a program is run and judged. Soaks of programs have them too.
type runFlags struct {
	check, dump, acks string
	serve, observe    bool
	again, stacks     bool
	patience, timeout time.Duration
	setup             string
	server            serverFlags

	on    string
	env   []string
	calls uint64
}

// onFuse runs the program on a disk that FUSE mounts.
const onFuse = "fuse"

// waysOfSoaks are the ways to run a program that soaks have; exec has more.
var waysOfSoaks = []string{onFuse, wasm.Name}

func (f *runFlags) add(to *pflag.FlagSet) {
	to.StringVar(&f.check, "check", "", "`COMMAND` that recovers the store in {dir} and judges it: exits with 0 if it is right, 1 if wrong")
	to.StringVar(&f.dump, "dump", "", "`COMMAND` that prints the contents of the store in {dir}; without --check, what it prints after kills counts as right")
	to.BoolVar(&f.serve, "serve", false, "the checker stays alive: it reads a directory per line and answers ok, fail SENTENCE or skip REASON")
	to.StringVar(&f.acks, "acks", "file", "`WHERE` the program acknowledges: file ({dir}/.torture/ack) or stdout=REGEX, for printed lines that match; a group in REGEX selects a part of them")
	to.StringVar(&f.setup, "setup", "", "`COMMAND` that prepares the store in {dir}; power is cut only after it has ended")
	f.server.add(to)
	to.BoolVar(&f.again, "again", false, "run the program (or --work) once more on each recovered store that passes, and check the store again")
	to.BoolVar(&f.observe, "observe", false, "serve undecided images, whose content is decided when the checker reads it")
	to.BoolVar(&f.stacks, "stacks", false, "record where in the program's source each operation of the disk comes from; for Linux on amd64")
	to.StringArrayVar(&f.env, "env", nil, "`NAME=VALUE`: an environment variable of a program on wasm (may be repeated)")
	to.Uint64Var(&f.calls, "calls", wasm.DefaultLimit, "a program on wasm, or a recovery, may enter at most `N` functions")
	to.DurationVar(&f.patience, "patience", native.DefaultPatience, "how long a recovery may take")
	to.DurationVar(&f.timeout, "timeout", native.DefaultTimeout, "how long the program may run")
}

func (f *runFlags) validate() error {
	if f.acks != "file" && !strings.HasPrefix(f.acks, "stdout=") {
		return exit.Usagef("--acks is %q; give file or stdout=REGEX", f.acks)
	}
	return nil
}

// validateWay reports flags that mean nothing on fuse or on wasm; onlyWasm are those of the caller.
func (f *runFlags) validateWay(given *pflag.FlagSet, onlyWasm []string) error {
	if f.on == wasm.Name {
		return refuse(given, []string{"again", "observe", "stacks", "timeout", "ready", "work", "stop"}, f.on, "")
	}
	return refuse(given, append([]string{"env", "calls"}, onlyWasm...), f.on, "; give --on wasm too")
}

// refuse reports the first of the named flags that was given.
func refuse(given *pflag.FlagSet, names []string, on, remedy string) error {
	for _, name := range names {
		if given.Changed(name) {
			return exit.Usagef("--%s means nothing on %s%s", name, on, remedy)
		}
	}
	return nil
}

// spec returns how to run the program and judge it; server is nil if the program is not one. With tapeOnly, it is not judged.
func (f *runFlags) spec(args, rules []string, server *native.Server, tapeOnly bool) (native.Spec, error) {
	s := native.Spec{
		Program: args, Check: words(f.check), Dump: words(f.dump), Serve: f.serve, Again: f.again, Observe: f.observe, Patience: f.patience, Timeout: f.timeout, Rules: rules,
		Setup: words(f.setup), Stacks: f.stacks, Server: server,
	}
	if pattern, given := strings.CutPrefix(f.acks, "stdout="); given {
		if s.Stdout = pattern; pattern == "" {
			s.Stdout = ".*"
		}
	}
	validate := s.Validate
	if tapeOnly {
		validate = s.ValidateProgram
	}
	if err := validate(); err != nil {
		return s, exit.With(exit.BadUsage, err)
	}
	return s, nil
}

// allInstalled reports the commands that are not there, before anything is run.
func allInstalled(s *native.Spec) error {
	return errors.Join(installed("PROGRAM", s.Program), installed("--check", s.Check), installed("--dump", s.Dump), installed("--setup", s.Setup))
}

func installed(what string, command []string) error {
	if len(command) == 0 {
		return nil
	}
	if _, err := osexec.LookPath(command[0]); err != nil {
		return exit.Usagef("%s: %w", what, err)
	}
	return nil
}

// wasmSpec returns how to run the program and judge it.
func (f *runFlags) wasmSpec(args, rules []string, tapeOnly bool) (*hosted.Spec, error) {
	host, err := f.spec(args, rules, nil, tapeOnly)
	if err != nil {
		return nil, err
	}
	s := hosted.New(wasm.Spec{Env: f.env, Limit: f.calls, Rules: rules}, &host)
	if s.JudgedHere() && f.serve {
		return nil, exit.Usagef("--serve is for checkers that are commands of this machine; this one runs through WebAssembly")
	}
	if err := s.Validate(); err != nil {
		return nil, exit.With(exit.BadUsage, err)
	}
	return s, nil
}

// words splits a command line into arguments. A command line that needs a shell is passed to one.
func words(command string) []string {
	plain := strings.NewReplacer("{dir}", "", "{acks}", "", "{tmp}", "").Replace(command)
	if strings.ContainsAny(plain, "|&;<>()$`\\\"'*?[]#~=%{}!\n") {
		return []string{"/bin/sh", "-c", command}
	}
	return strings.Fields(command)
}
