// Package yields is the command yields: it runs another command while the go command builds some packages with yields.
package yields

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/schedule"
	"github.com/lightningdb/lightning-torture/workloads/yields"
)

// Variable is the environment variable that tells wasmexec which packages have yields, so that a replay line can name them.
const Variable = "LIGHTNING_YIELDS"

const longText = `Run a go command that builds some packages with yields: now and then, another goroutine runs between two statements.

Where nothing blocks, goroutines hardly ever switch, so a test meets few of the races that its clients could have. With yields
inserted before each statement of PACKAGES, it meets many: a lock that is released too early, a flag that is read twice, a
signal that comes before somebody waits for it. A program without races is only slower. The source is not touched; the compiler
gets the changed files through go build -overlay, in GOFLAGS.

With wasmexec, the seed determines the yields as well, so that a failure can be repeated.

The exit code is that of COMMAND.`

const exampleText = `  lightning-torture yields ./storage/... -- go test ./storage/... ./torturetest
  GOOS=wasip1 GOARCH=wasm lightning-torture yields ./bank -- go test -exec 'lightning-torture wasmexec --sweep 300' ./bank`

// Command returns the command.
func Command() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use: "yields PACKAGES -- COMMAND", Short: "Build Go packages so that goroutines switch between any two statements, and test them",
		Long: longText, Example: exampleText,
		Args: func(cmd *cobra.Command, args []string) error {
			if n := cmd.ArgsLenAtDash(); n < 1 || n == len(args) {
				return exit.Usagef("give PACKAGES, then -- and the COMMAND to run; see %s --help", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			n := cmd.ArgsLenAtDash()
			return run(cmd, dir, args[:n], args[n:])
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "`DIR` to which the packages are relative, and in which the command runs")
	return cmd
}

func run(cmd *cobra.Command, dir string, packages, command []string) (err error) {
	ctx := cmd.Context()
	scratch, err := hostdisk.NewScratch("", "yields")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	flags, err := yields.Flags(ctx, dir, scratch.Dir, packages...)
	if errors.Is(err, yields.ErrSource) && ctx.Err() == nil {
		return exit.With(exit.BadUsage, err)
	} else if err != nil {
		return exit.Because(ctx, err)
	}
	child := exec.CommandContext(ctx, command[0], command[1:]...)
	child.Dir, child.Env = dir, append(os.Environ(), "GOFLAGS="+flags, Variable+"="+fromRoot(dir, packages))
	child.Stdin, child.Stdout, child.Stderr = cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()
	child.Cancel = func() error { return child.Process.Signal(os.Interrupt) }
	err = child.Run()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) && ctx.Err() == nil {
		return exit.Code(failed.ExitCode())
	}
	return exit.Because(ctx, err)
}

// fromRoot returns patterns of packages as they are written at the root of the module.
func fromRoot(dir string, patterns []string) string {
	var all []string
	for _, pattern := range patterns {
		if at, err := filepath.Abs(filepath.Join(dir, pattern)); err == nil && strings.HasPrefix(pattern, ".") {
			pattern = schedule.FromRoot(at)
		}
		all = append(all, pattern)
	}
	return strings.Join(all, " ")
}
