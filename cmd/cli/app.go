package cli

import (
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// App is what distinguishes one binary from another.
type App struct {
	Targets  []torture.Target // engines that can be tortured; --engine is the first unless it is given
	Bench    []bench.Engine   // engines that bench measures; none: there is no command bench
	Commands []*cobra.Command // further commands of this binary
}

// Recoveries produce much garbage and keep little alive: collect it rarely, within a memory limit.
const (
	gcPercent   = 500
	memoryLimit = 768 << 20
)

// Main runs the command line in os.Args and exits with the code that "help exit-codes" documents. It never returns.
func Main(app App) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	os.Exit(newCLI(app).execute(os.Args[1:]))
}
