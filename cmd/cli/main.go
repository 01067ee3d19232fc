package cli

import (
	"context"
	"errors"
	"os"
	"runtime/debug"
)

// Recoveries produce much garbage and keep little alive: collect it rarely, within a memory limit.
const (
	gcPercent   = 500
	memoryLimit = 768 << 20
)

// Main runs the command line in os.Args and exits with a code that "help exit-codes" explains. It never returns. GOGC and
// GOMEMLIMIT, if they are set, win over its own settings of the garbage collector.
func Main(app App) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	os.Exit(execute(newTool(app), os.Args[1:]))
}

// execute runs the command line and returns the exit code.
func execute(t *tool, args []string) int {
	t.args = args
	ctx, stop := interruptible(context.Background())
	defer stop()
	if err := t.app.validate(); err != nil {
		return int(conclude(t, err))
	}
	root := rootCommand(t)
	root.SetArgs(args)
	root.SetOut(t.stdout)
	root.SetErr(t.stderr)
	err := root.ExecuteContext(ctx)
	if t.done != nil {
		err = errors.Join(err, t.done())
	}
	return int(conclude(t, err))
}
