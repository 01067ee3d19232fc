package faultfs_test

import (
	"os"
	"testing"
)

// nightly is whether tests take the scope that only the nightly has time for: see ci/README.md.
var nightly = os.Getenv("LIGHTNING_NIGHTLY") != ""

// oneGoroutine skips a long test of a single goroutine in short mode, which is the mode of the race detector.
func oneGoroutine(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("one goroutine: the race detector has nothing to find; run without -short")
	}
}
