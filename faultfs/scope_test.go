package faultfs_test

import (
	"os"
	"testing"
)

// nightly is whether tests run at the scope reserved for the nightly; see ci/README.md.
var nightly = os.Getenv("LIGHTNING_NIGHTLY") != ""

// oneGoroutine skips a long single-goroutine test in short mode, which is the mode used with the race detector.
func oneGoroutine(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("one goroutine: the race detector has nothing to find; run without -short")
	}
}
