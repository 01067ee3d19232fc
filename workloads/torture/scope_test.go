package torture

import (
	"os"
	"testing"
)

// nightly reports whether tests run with their large scopes (make nightly).
var nightly = os.Getenv("LIGHTNING_NIGHTLY") != ""

// sameRaces skips a test in short mode, in which the race detector runs. Such a test exercises the same concurrent code as
// shorter ones. The tests that remain run every part of the lab with several workers.
func sameRaces(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("shorter tests cover the same races; run without -short")
	}
}

// scope returns the first number in short mode, the last one nightly, and otherwise the second.
func scope(short, usual, large int) int {
	switch {
	case nightly:
		return large
	case testing.Short():
		return short
	}
	return usual
}
