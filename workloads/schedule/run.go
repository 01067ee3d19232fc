package schedule

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/sys"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
)

// Job is a program's invocation. The zero value works.
type Job struct {
	Args   []string // the first is the name of the program
	Env    []string // "NAME=VALUE"
	Dir    string   // working directory, an absolute path; empty: the root
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Files  Files // the file tree that the program sees; nil: the host's, read-only
	// Switches is the number of preemptions after which there are no more, so that goroutines run until they block. 0:
	// no limit.
	Switches uint64
	Limit    uint64 // functions it may enter before it is stopped as endless; 0: no limit
	Runner   string // how Command spells the command that runs jobs; empty: lightning-torture
	Yields   string // packages that the program was built with yields for, as Command writes them; see package yields
}

// Outcome is how a run ended. Runs with equal outcomes took the same course.
type Outcome struct {
	ExitCode uint32
	Trap     string // why WebAssembly stopped the program, or ""; ExitCode is then that of a crashed Go program
	Endless  bool   // the program reached the limit of its job
	Switches uint64 // number of preemptions
	Hash     uint64 // of every host call with its arguments and results, every byte printed, and every preemption
}

// crashed is the exit code of a Go program that panics or deadlocks.
const crashed = 2

// Run runs the program once, in a world derived from seed. An error is one of the host; how the program ended is in the
// outcome. A run cannot be interrupted.
func (p *Program) Run(ctx context.Context, seed uint64, job Job) (o Outcome, err error) {
	var temp string
	if job.Files == nil {
		scratch, err := hostdisk.NewScratch("", "schedule")
		if err != nil {
			return Outcome{}, fmt.Errorf("schedule: %w", err)
		}
		temp = scratch.Dir
		defer func() { err = errors.Join(err, scratch.Remove()) }()
	}
	w := newWorld(seed, job)
	module, err := p.runtime.InstantiateModule(w.within(ctx), p.compiled, w.config(seed, job, temp))
	if module != nil {
		err = errors.Join(err, module.Close(ctx))
	}
	return w.outcome(err), nil
}

// config configures the program's world: what it sees of the host, and what replaces the rest.
func (w *world) config(seed uint64, job Job, temp string) wazero.ModuleConfig {
	config := wazero.NewModuleConfig().WithName("").WithArgs(arguments(job.Args)...).
		WithFSConfig(w.mounts(job, temp)).
		WithRandSource(w.random).
		WithNanotime(w.nanotime, sys.ClockResolution(1)).
		WithWalltime(w.walltime, sys.ClockResolution(1)).
		WithNanosleep(w.sleep).
		WithStdin(input(job.Stdin)).
		WithStdout(&w.stdout).
		WithStderr(&w.stderr)
	for _, v := range environment(seed, job) {
		config = config.WithEnv(v.name, v.value)
	}
	return config
}

// input hides from the program what kind of file r is, because that could change its course. A nil r is an empty input.
func input(r io.Reader) io.Reader {
	if r == nil {
		r = strings.NewReader("")
	}
	return struct{ io.Reader }{r}
}

// arguments drops the file in which go test logs what the test reads, by which it decides whether a cached result is
// still valid. Without the log, go test does not cache the result; it cannot know whether the host has changed.
func arguments(args []string) []string {
	return slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return strings.HasPrefix(arg, testLog) })
}

const testLog = "-test.testlogfile="

// outcome derives the outcome from the error that ended the program.
func (w *world) outcome(err error) Outcome {
	o := Outcome{Switches: w.switcher.switches}
	var exit *sys.ExitError
	switch {
	case errors.As(err, &exit):
		o.ExitCode = exit.ExitCode()
	case errors.Is(err, errEndless):
		o.ExitCode, o.Trap, o.Endless = crashed, errEndless.Error(), true
	case err != nil:
		o.ExitCode = crashed
		o.Trap, _, _ = strings.Cut(err.Error(), "\n") // a stack trace without names follows
	}
	w.trace.number(uint64(o.ExitCode))
	o.Hash = w.trace.sum.Sum64()
	return o
}
