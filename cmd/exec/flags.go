package exec

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program/kernel"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/wasm"
)

// flags are the flags of exec.
type flags struct {
	check, dump, acks         string
	serve, observe, audit     bool
	again, stacks             bool
	patience, timeout, limit  time.Duration
	profile, device           string
	faults                    []string
	workers, images           int
	points, findings, nested  int
	dir, format, record, from string
	html                      string
	setup                     string
	server                    serverFlags
	steps                     int

	on    string
	seeds cmdline.Seeds
	env   []string
	calls uint64
}

var (
	formats = []string{"text", "json"}
	ways    = append([]string{onFuse, wasm.Name}, kernel.Filesystems()...)
)

// onFuse runs the program on a disk that FUSE mounts.
const onFuse = "fuse"

func (f *flags) add(to *pflag.FlagSet) {
	to.SortFlags = false
	to.SetInterspersed(false) // flags after the program are for the program
	to.StringVar(&f.check, "check", "", "`COMMAND` that recovers the store in {dir} and judges it: exits with 0 if it is right, 1 if wrong")
	to.StringVar(&f.dump, "dump", "", "`COMMAND` that prints the contents of the store in {dir}; without --check, what it prints after kills counts as right")
	to.BoolVar(&f.serve, "serve", false, "the checker stays alive: it reads a directory per line and answers ok, fail SENTENCE or skip REASON")
	to.StringVar(&f.acks, "acks", "file", "`WHERE` the program acknowledges: file ({dir}/.torture/ack) or stdout=REGEX, for printed lines that match; a group in REGEX selects a part of them")
	to.StringVar(&f.setup, "setup", "", "`COMMAND` that prepares the store in {dir}; power is cut only after it has ended")
	f.server.add(to)
	to.IntVar(&f.steps, "steps", 0, "let the program do `N` steps, which an argument of it or of --work receives as {steps}; what is found is shown with as few as suffice")
	to.BoolVar(&f.again, "again", false, "let the program (or --work) go on with each recovered store that is right, and check it once more")
	to.BoolVar(&f.observe, "observe", false, "serve undecided images, whose content is decided when the checker reads it")
	to.BoolVar(&f.stacks, "stacks", false, "record where in the program's source each operation of the disk comes from; for Linux on amd64")
	to.StringVar(&f.on, "on", onFuse, "`WAY` to run the program: fuse; for Go programs, wasm; or on a filesystem of this kernel, as root: ext4, xfs, btrfs")
	f.seeds.Add(to)
	to.StringArrayVar(&f.env, "env", nil, "`NAME=VALUE`: an environment variable of a program on wasm (may be repeated)")
	to.Uint64Var(&f.calls, "calls", wasm.DefaultLimit, "a program on wasm, or a recovery, may enter at most `N` functions")
	to.StringVar(&f.profile, "profile", "posix-min", "`PROFILE` of the filesystem, see list profiles")
	to.StringVar(&f.device, "device", "", "`DIALS` of the disk, such as \"sector=4096\"")
	to.StringArrayVar(&f.faults, "fault", nil, "`RULE` of a fault while the program is recorded, such as \"eio write nth=3\" (may be repeated)")
	to.IntVar(&f.workers, "workers", runtime.NumCPU(), "`N` recoveries at once")
	to.IntVar(&f.images, "images", 0, "recover at most `N` images per crash point (default 256)")
	to.IntVar(&f.points, "points", 0, "cut power at `N` points, spread over the run (default everywhere)")
	to.IntVar(&f.nested, "nested", 8, "with --observe: at each crash point, recover `N` images of crashes during a recovery")
	to.IntVar(&f.findings, "findings", 0, "explain `N` findings (default 8)")
	to.DurationVar(&f.limit, "for", 0, "stop after this time; without a verdict, unless something was found. Explaining it takes at most half as long, or 10s")
	to.DurationVar(&f.patience, "patience", native.DefaultPatience, "how long a recovery may take")
	to.DurationVar(&f.timeout, "timeout", native.DefaultTimeout, "how long the program may run")
	to.BoolVar(&f.audit, "audit", false, "only list what is not durable when the program acknowledges: hints, not findings")
	to.StringVar(&f.record, "record", "", "save the recording to `FILE`; without --check, do nothing else")
	to.StringVar(&f.from, "from", "", "search the recording in `FILE` instead of a new one; needs no FUSE")
	to.StringVar(&f.dir, "dir", ".torture", "`DIR` for findings")
	to.StringVar(&f.html, "html", "", "`PATH` of the HTML report (default report.html in the directory for findings)")
	to.StringVar(&f.format, "format", "text", "`FORM` of the result: text, json")
}

// Limits of the flags that are numbers.
const (
	maxWorkers = 1024
	maxNumber  = 1 << 30
)

// validate reports the first mistake.
func (f *flags) validate(args []string) error {
	if err := cmdline.OneOf("format", f.format, formats); err != nil {
		return err
	}
	if _, err := faultfs.ProfileNamed(f.profile); err != nil {
		return exit.Usagef("--profile: %w", err)
	}
	if _, err := faultfs.ParseDevice(f.device); err != nil {
		return exit.Usagef("--device: %w", err)
	}
	for _, rule := range f.faults {
		if _, err := faultfs.ParseRule(rule); err != nil {
			return exit.Usagef("--fault: %w", err)
		}
	}
	if f.workers < 1 || f.workers > maxWorkers {
		return exit.Usagef("--workers is %d; give a number from 1 to %d", f.workers, maxWorkers)
	}
	if slices.ContainsFunc([]int{f.images, f.points, f.findings, f.nested}, func(n int) bool { return n < 0 || n > maxNumber }) {
		return exit.Usagef("--images, --points, --findings and --nested are numbers from 0 to %d", maxNumber)
	}
	if f.acks != "file" && !strings.HasPrefix(f.acks, "stdout=") {
		return exit.Usagef("--acks is %q; give file or stdout=REGEX", f.acks)
	}
	switch {
	case f.from == "" && len(args) == 0:
		return exit.Usagef("there is no program; give it after --, as in: exec --check 'CHECKER {dir}' -- PROGRAM {dir}")
	case f.from != "" && len(args) > 0:
		return exit.Usagef("--from searches a recording, so there is nothing to run; leave out %s", args[0])
	case f.check == "" && f.dump == "" && f.record == "" && !f.audit:
		return exit.Usagef("there is no checker; give --check COMMAND or --dump COMMAND (--record FILE and --audit need neither)")
	case f.html != "" && f.tapeOnly():
		return exit.Usagef("--html is the report of a search, but nothing is searched; give --check or --dump, and leave out --audit")
	case f.from != "" && f.again:
		return exit.Usagef("--from searches a recording, and --again runs the program; leave one of them out")
	case f.from != "" && f.stacks:
		return exit.Usagef("--from searches a recording, which has stacks if it was made with --stacks; leave out --stacks")
	case f.from != "" && f.setup != "":
		return exit.Usagef("--from searches a recording, which can no longer be prepared; leave out --setup")
	}
	return errors.Join(f.validateSteps(args), f.server.validate(f.from != ""))
}

// validateOn reports flags that have no meaning for the way in which the program runs.
func (f *flags) validateOn(given *pflag.FlagSet) error {
	if err := cmdline.OneOf("on", f.on, ways); err != nil {
		return err
	}
	refused, other := []string{"seed", "seeds", "sweep", "env", "calls"}, "; give --on wasm too"
	switch {
	case f.on == wasm.Name:
		refused, other = []string{"again", "observe", "stacks", "timeout", "ready", "work", "stop", "steps"}, ""
	case kernel.Known(f.on):
		refused, other = []string{"seeds", "sweep", "env", "calls", "dump", "observe", "stacks", "nested", "profile", "device", "fault", "audit"}, ""
	}
	for _, name := range refused {
		if given.Changed(name) {
			return exit.Usagef("--%s means nothing on %s%s", name, f.on, other)
		}
	}
	return nil
}

// spec returns how to run the program and judge it; server is nil if the program is not one.
func (f *flags) spec(args []string, server *native.Server) (native.Spec, error) {
	s := native.Spec{
		Program: args, Check: words(f.check), Dump: words(f.dump), Serve: f.serve, Again: f.again, Observe: f.observe, Patience: f.patience, Timeout: f.timeout, Rules: f.faults,
		Setup: words(f.setup), Stacks: f.stacks, Server: server,
	}
	if pattern, given := strings.CutPrefix(f.acks, "stdout="); given {
		if s.Stdout = pattern; pattern == "" {
			s.Stdout = ".*"
		}
	}
	validate := s.Validate
	if f.tapeOnly() {
		validate = s.ValidateProgram
	}
	if err := validate(); err != nil {
		return s, exit.With(exit.BadUsage, err)
	}
	return s, nil
}

// tapeOnly reports whether the program is only recorded.
func (f *flags) tapeOnly() bool { return f.audit || f.check == "" && f.dump == "" }

// words splits a command line into arguments. A command line that needs a shell is passed to one.
func words(command string) []string {
	plain := strings.NewReplacer("{dir}", "", "{acks}", "", "{tmp}", "").Replace(command)
	if strings.ContainsAny(plain, "|&;<>()$`\\\"'*?[]#~=%{}!\n") {
		return []string{"/bin/sh", "-c", command}
	}
	return strings.Fields(command)
}
