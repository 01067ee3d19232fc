package cli

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/cmd/soak"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
)

// App is what makes one binary different from another.
type App struct {
	// Name is the name by which a shell finds the binary. It appears in every line that the binary prints for pasting. If
	// it is empty, the binary determines how it can be called; see the package comment.
	Name string

	Targets []torture.Target // engines that can be tortured, at least one; the first is the default of --engine
	Bench   []bench.Engine   // engines that bench measures; without any, there is no command bench

	// Commands are additional commands of this binary. They print to cmd.OutOrStdout and cmd.ErrOrStderr. Their errors
	// are printed on one line and end the process with exit code 4, the host's fault, unless [Exit] gave them another
	// code.
	Commands []*cobra.Command

	// Saved are additional kinds of saved findings, for replay and check.
	Saved []Saved

	// Programs lets soaks torture programs. If it is nil, soaks torture only Targets.
	Programs soak.Programs
}

// Saved is a kind of saved finding that this package does not know.
type Saved struct {
	Ext string // the suffix of their file names, with the dot
	// Again reproduces the failure saved in a file and prints the outcome. It returns exit code 1 if the failure
	// showed again and 5 if it did not.
	Again func(ctx context.Context, out io.Writer, file string, o SavedOptions) error
}

// SavedOptions say how to reproduce a saved failure.
type SavedOptions struct {
	Attempts int    // how often to try, at least once
	JSON     bool   // print JSON instead of text
	Binary   string // how to call this binary, for lines to paste
}

// saved returns the kind of a saved finding; nil if this package handles it, or the file is unknown.
func (a *App) saved(file string) *Saved {
	i := slices.IndexFunc(a.Saved, func(s Saved) bool { return strings.HasSuffix(file, s.Ext) })
	if i < 0 {
		return nil
	}
	return &a.Saved[i]
}

// Annotations of a command in App.Commands.
const (
	// ViolationAnnotation says what exit code 1 of the command means, such as "damage", for "help exit-codes".
	ViolationAnnotation = "violation"
	// TryAnnotation is a line of the overview that the binary prints if it gets no arguments: a call of the command
	// without the name of the binary, a tab, and what the call does.
	TryAnnotation = "try"
)

// inMain is the package in which a test can call main.
const inMain = "main"

// madeByMain returns the App with a Go expression for every target that has none. The expression calls main.
func (a App) madeByMain() App {
	a.Targets = slices.Clone(a.Targets)
	for i := range a.Targets {
		if t := &a.Targets[i]; t.Go.Expr == "" {
			t.Go = torture.GoExpr{
				Import: reflect.TypeFor[App]().PkgPath(), Expr: fmt.Sprintf("cli.TargetOf(main, %q)", t.Name), Package: inMain,
			}
		}
	}
	return a
}

// validate reports mistakes of the main package. Replay tokens identify a target by a hash of its name, so both names
// and hashes must be unique.
func (a *App) validate() error {
	if len(a.Targets) == 0 {
		return exit.Usagef("cli.App has no targets")
	}
	for i, target := range a.Targets {
		if target.Name == "" {
			return exit.Usagef("cli.App has a target without a name")
		}
		for _, other := range a.Targets[:i] {
			switch {
			case other.Name == target.Name:
				return exit.Usagef("cli.App has two targets named %q", target.Name)
			case evidence.SameHash(other.Name, target.Name):
				return exit.Usagef("cli.App has targets %q and %q, whose names replay tokens cannot tell apart; rename one",
					other.Name, target.Name)
			}
		}
	}
	return nil
}
