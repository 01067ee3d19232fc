package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/cmd/internal/yields"
	"github.com/lightningdb/lightning-torture/workloads/schedule"
)

const wasmexecText = `Run a Go program on a schedule that is a pure function of a seed.

The program is built with GOOS=wasip1 GOARCH=wasm and needs no change. The seed determines its clock, its random numbers, which
case a select takes and when one goroutine yields to another; the same seed gives the same run, bit for bit. Time is virtual:
sleeping costs nothing. It is made for go test -exec, which runs whole packages of concurrent tests this way.

With --sweep or --seeds, the program runs with each seed until one fails, and the line that runs that seed again is printed.
The program can read the files of this machine but writes only to a temporary directory of its own. It sees the environment
variables PWD, TMPDIR and SCHEDULE_SEED and those that --env names.

The exit code is that of the program: 1 if a test failed, 2 if it crashed or deadlocked.
How it works and what it cannot find: workloads/schedule/doc.go.`

const wasmexecExample = `  GOOS=wasip1 GOARCH=wasm go test -exec 'lightning-torture wasmexec --sweep 300' ./...
  GOOS=wasip1 GOARCH=wasm go test -exec 'lightning-torture wasmexec --seed 17' -run TestTransfer ./bank
  lightning-torture wasmexec --seeds 100..200 --schedule-hash program.wasm --flag-of-the-program`

type wasmexecFlags struct {
	seeds cmdline.Seeds
	hash  bool
	env   []string
}

func wasmexecCommand(t *tool) *cobra.Command {
	var f wasmexecFlags
	cmd := &cobra.Command{
		Use: "wasmexec PROGRAM [ARGUMENTS]", Short: "Run a Go program, or go test, on a schedule from a seed",
		Long: wasmexecText, Example: wasmexecExample,
		Args: cmdline.AtLeastOne("PROGRAM"),
		RunE: func(cmd *cobra.Command, args []string) error {
			first, last, err := f.seeds.Range(cmd.Flags())
			if err != nil {
				return err
			}
			seeds := schedule.Seeds{First: first, Last: last}
			return interruptibly(cmd.Context(), func() error { return wasmexec(cmd.Context(), t, &f, seeds, args) })
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.SetInterspersed(false) // flags after the program are for the program
	f.seeds.Add(flags)
	flags.BoolVar(&f.hash, "schedule-hash", false, "print a hash of the schedule that the program ran, on standard error")
	flags.StringArrayVar(&f.env, "env", nil, "`NAME` or NAME=VALUE: a variable that the program sees (may be given again)")
	return cmd
}

// wasmexec loads the program and runs it with each seed.
func wasmexec(ctx context.Context, t *tool, f *wasmexecFlags, seeds schedule.Seeds, args []string) (err error) {
	code, err := readModule(args[0])
	if err != nil {
		return unreadable(args[0], err)
	}
	program, err := schedule.Load(ctx, code, schedule.UserCache())
	if errors.Is(err, schedule.ErrNotGo) {
		return exit.Usagef("%s: %w", args[0], err)
	} else if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, program.Close(ctx)) }()
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	job := schedule.Job{
		Args: args, Env: environment(t, f.env), Dir: dir, Stdin: os.Stdin, Stdout: t.stdout, Stderr: t.stderr,
		Runner: runner(t, args), Yields: t.getenv(yields.Variable),
	}
	if seeds.First == seeds.Last {
		outcome, err := program.Run(ctx, seeds.First, job)
		if err != nil {
			return err
		}
		return printEnd(t, f, seeds.First, outcome, job)
	}
	return sweep(ctx, t, f, program, seeds, job)
}

func sweep(
	ctx context.Context, t *tool, f *wasmexecFlags, program *schedule.Program, seeds schedule.Seeds, job schedule.Job,
) error {
	swept, err := program.Sweep(ctx, seeds, job)
	if err != nil {
		return exit.Because(ctx, err)
	}
	_, err = t.stdout.Write(swept.Stdout)
	if _, printed := t.stderr.Write(swept.Stderr); err != nil || printed != nil {
		return errors.Join(err, printed)
	}
	if !swept.Failed {
		fmt.Fprintf(t.stderr, "swept %d seeds, from %d to %d: none fails; the output above is that of seed %d\n",
			swept.Ran, seeds.First, seeds.Last, swept.Seed)
	}
	return printEnd(t, f, swept.Seed, swept.Outcome, job)
}

// printEnd reports how a run ended and, if the program failed, how to run it again.
func printEnd(t *tool, f *wasmexecFlags, seed uint64, o schedule.Outcome, job schedule.Job) error {
	if o.Trap != "" {
		fmt.Fprintf(t.stderr, "stopped: %s\n", exit.Line(errors.New(o.Trap)))
	}
	if f.hash {
		fmt.Fprintf(t.stderr, "schedule %016x  seed %d, %d switches\n", o.Hash, seed, o.Switches)
	}
	if o.ExitCode == 0 {
		return nil
	}
	fmt.Fprintf(t.stderr, "fails with seed %d\n  replay   %s\n", seed, schedule.Command(seed, job))
	return exit.Code(o.ExitCode)
}

// environment adds the values from this process to variables that are named without one.
func environment(t *tool, names []string) []string {
	var env []string
	for _, name := range names {
		if !strings.Contains(name, "=") {
			name += "=" + t.getenv(name)
		}
		env = append(env, name)
	}
	return env
}

// runner returns how the replay line calls this binary. go test always passes the flag below, and sets GOOS for the
// program that it runs, so go run would not work there.
func runner(t *tool, args []string) string {
	if slices.Contains(args, "-test.paniconexit0") {
		return t.name.underGoTest()
	}
	return t.name.command
}

// readModule reads a file that is at most as long as a module may be. It refuses anything but regular files, since the
// others may be endless.
func readModule(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, exit.Usagef("%s is a directory; give a .wasm file", name)
	case !info.Mode().IsRegular():
		return nil, exit.Usagef("%s is not a regular file; give a .wasm file", name)
	case info.Size() > schedule.MaxModuleBytes:
		return nil, exit.Usagef("%s has %d bytes; a program may have at most %d", name, info.Size(), schedule.MaxModuleBytes)
	}
	return os.ReadFile(name)
}

// unreadable explains why a file cannot be read.
func unreadable(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return exit.Usagef("no such file: %s", name)
	}
	return err
}

// interruptibly calls a function that ignores ctx, and stops waiting for it when ctx is canceled.
func interruptibly(ctx context.Context, run func() error) error {
	done := make(chan error, 1)
	go func() { done <- run() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
