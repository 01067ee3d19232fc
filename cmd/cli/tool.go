package cli

import (
	"context"
	"io"
	"os"
	"runtime/debug"
	"time"

	"golang.org/x/term"

	"github.com/lightningdb/lightning-torture/cmd/internal/home"
	"github.com/lightningdb/lightning-torture/faultfs/litmus"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

// tool is what the commands share: the App, and the environment of the process, which tests replace.
type tool struct {
	app            App
	name           binary
	home           home.Home // where tests of findings belong if they call main
	args           []string  // the arguments of the command line
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	width          func(io.Writer) int // the columns of a terminal; 0 if it is not one

	check    func(context.Context, torture.Target, torture.Options) (*torture.Result, error)
	replay   func(context.Context, []torture.Target, string, torture.ReplayOptions) (*torture.ReplayResult, error)
	programs func() []litmus.Program

	isolate bool                         // whether to run engines in a child process; see child.go
	running func(slot int, token string) // torture.Options.Running
	journal string                       // torture.Options.Journal
	done    func() error                 // tells the parent that this child has finished; nil if this is not a child
}

func newTool(app App) *tool {
	build, _ := debug.ReadBuildInfo() // nil if the linker left none
	t := &tool{
		app: app.madeByMain(), home: home.Here(),
		name: nameOf(app.Name, os.Args[0], inPath(os.Args[0]), build), stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv,
		width:    terminalWidth,
		now:      time.Now, //nolint:forbidigo // the date in a report is the only thing here that is not replayed
		programs: litmus.Programs, check: torture.Check, replay: torture.Replay,
	}
	child := apart.Inside()
	t.isolate = apart.Possible && child == nil
	if child != nil {
		child.Begin()
		t.running, t.journal, t.done, t.stderr = child.Note, journalIn(child.Dir), child.Done, child.Stderr
	}
	return t
}

// terminalWidth returns the columns of the terminal to which w writes: 80 if the terminal does not say, and 0 if w is
// not a terminal.
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

// target finds a target by its name.
func (t *tool) target(name string) (torture.Target, bool) {
	for _, target := range t.app.Targets {
		if target.Name == name {
			return target, true
		}
	}
	return torture.Target{}, false
}

// targetNames returns the names of all targets in the order of the App.
func (t *tool) targetNames() []string {
	var names []string
	for _, target := range t.app.Targets {
		names = append(names, target.Name)
	}
	return names
}
