package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Recoveries produce much garbage and keep little alive, so the garbage is collected rarely, within a memory limit.
const (
	gcPercent   = 500
	memoryLimit = 768 << 20
)

// Main runs the command line in os.Args and exits with a code that "help exit-codes" explains. It never returns. If
// GOGC or GOMEMLIMIT is set, it overrides Main's own setting of the garbage collector.
func Main(app App) {
	if to := asked.Swap(nil); to != nil {
		*to <- app
		runtime.Goexit()
	}
	runtime.MemProfileRate = 0 // nobody asks for a heap profile, and its samples cost 1 to 2 % of the time
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	os.Exit(execute(newTool(app), os.Args[1:]))
}

// TargetOf returns the named target of the App that a main function passes to [Main]. It calls that function; Main
// then ends the goroutine instead of running a command. The Go tests of findings in a main package call TargetOf, one
// at a time. It panics if there is no such target.
func TargetOf(main func(), name string) torture.Target {
	apps, returned := make(chan App, 1), make(chan struct{})
	asked.Store(&apps)
	go func() {
		defer close(returned)
		main()
	}()
	<-returned
	if asked.Swap(nil) != nil {
		panic("cli: main returned without calling cli.Main")
	}
	app := <-apps
	t := tool{app: app}
	target, ok := t.target(name)
	if !ok {
		panic(fmt.Sprintf("cli: main has no target %q; it has %s", name, strings.Join(t.targetNames(), ", ")))
	}
	return target
}

// asked is set while TargetOf waits for an App.
var asked atomic.Pointer[chan App]

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
