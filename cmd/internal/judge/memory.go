package judge

import (
	"os"
	"runtime/debug"
)

// Judging keeps nearly everything that it allocates. So garbage is collected earlier than during recoveries, and the memory
// limit is higher.
const (
	gcPercent   = 50
	memoryLimit = 1200 << 20
)

// collectSoon configures the garbage collector for judging, unless the environment has done so.
func collectSoon() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}
