package judge

import (
	"os"
	"runtime/debug"
)

// Judging keeps nearly all that it allocates, so its garbage is collected sooner than that of recoveries, and within more memory.
const (
	gcPercent   = 50
	memoryLimit = 1200 << 20
)

// collectSoon sets the garbage collector for judging, unless the environment has set it.
func collectSoon() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}
