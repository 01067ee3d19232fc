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

// Job is what a program is run for. The zero value works.
type Job struct {
	Args   []string // the first is the name of the program
	Env    []string // "NAME=VALUE"
	Dir    string   // the working directory, an absolute path; empty: the root
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Files  Files // what the program sees of files; nil: those of the host, for reading
	// Switches is after how many switches goroutines are left alone: from then on they run until they block. 0 means never.
	Switches uint64
	Limit    uint64 // how many functions it may enter; then it is stopped, as endless. 0: there is no limit
	Runner   string // how a line to paste calls the command that runs jobs; empty: lightning-torture
}

// Outcome is how a run ended. Two runs with equal outcomes took the same course.
type Outcome struct {
	ExitCode uint32
	Trap     string // why WebAssembly stopped the program, if it did; ExitCode is then that of a Go program that crashed
	Endless  bool   // it reached the limit of its job
	Switches uint64 // how often a goroutine was asked to make room
	Hash     uint64 // of every host call with its arguments and results, every byte printed, and every switch
}

// crashed is the exit code of a Go program that panics or deadlocks.
const crashed = 2

// Run runs the program once, in a world made from seed. An error is one of the host; how the program fared is in the
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

// config makes the world of a program: what it sees of the host, and what in its place.
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

// input hides what kind of file r is, which a program could see and take another course; nil is at its end.
func input(r io.Reader) io.Reader {
	if r == nil {
		r = strings.NewReader("")
	}
	return struct{ io.Reader }{r}
}

// arguments leaves out the file in which go test wants to learn what the test read, to know when its result is out of
// date. Without it a result is never taken from the cache of go test, which does not know that the host may change too.
func arguments(args []string) []string {
	return slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return strings.HasPrefix(arg, testLog) })
}

const testLog = "-test.testlogfile="

// outcome reads what became of the program from the error that ended it.
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
		o.Trap, _, _ = strings.Cut(err.Error(), "\n") // then comes a stack without names
	}
	w.trace.number(uint64(o.ExitCode))
	o.Hash = w.trace.sum.Sum64()
	return o
}
