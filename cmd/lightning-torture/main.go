package main

import (
	"os"
	"runtime/debug"
)

// Recoveries leave much garbage behind little that lives: collect it rarely, within a bound.
const (
	gcPercent   = 500
	memoryLimit = 768 << 20
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	os.Exit(newCLI().execute(os.Args[1:]))
}
