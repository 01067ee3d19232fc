package cli

import (
	"context"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/lightningdb/lightning-torture/faultfs/litmus"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// cli is the tool and all of the world that it touches.
type cli struct {
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	width          func(io.Writer) int // columns of a terminal; 0 if it is none
	app            App
	check          func(context.Context, torture.Target, torture.Options) (*torture.Result, error)
	programs       func() []litmus.Program
	args           []string                     // of the command line
	parent         bool                         // runs engines in a process of their own; see apart.go
	running        func(slot int, token string) // torture.Options.Running
	replay         func(context.Context, []torture.Target, string, torture.ReplayOptions) (*torture.ReplayResult, error)
}

func newCLI(app App) *cli {
	c := &cli{
		stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, width: terminalWidth,
		now: time.Now, //nolint:forbidigo // the date in a report is the one thing here that is not replayed
		app: app, programs: litmus.Programs, check: torture.Check, replay: torture.Replay,
	}
	dir := os.Getenv(childVariable)
	c.parent = canApart && dir == ""
	if dir != "" {
		c.running = newChild(dir).note
	}
	return c
}

// terminalWidth returns the columns of the terminal that w writes to, 80 if it does not say, and 0 if w is no terminal.
func terminalWidth(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
		return columns
	}
	return 80
}

// execute runs the tool and returns its exit code.
func (c *cli) execute(args []string) int {
	c.args = args
	ctx, stop := interruptible(context.Background())
	defer stop()
	root := c.rootCommand()
	root.SetArgs(args)
	root.SetOut(c.stdout)
	root.SetErr(c.stderr)
	return int(c.conclude(root.ExecuteContext(ctx)))
}

// engine finds an engine by its name.
func (c *cli) engine(name string) (torture.Target, bool) {
	for _, target := range c.app.Targets {
		if target.Name == name {
			return target, true
		}
	}
	return torture.Target{}, false
}
