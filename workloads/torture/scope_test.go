package torture

import (
	"os"
	"testing"
)

// nightly says that tests run in their large scopes: make nightly.
var nightly = os.Getenv("LIGHTNING_NIGHTLY") != ""

// sameRaces skips a test in short mode, the mode of the race detector: it runs the lab as shorter tests do, so it has no other
// races. Those that are left run every part of the lab with several workers.
func sameRaces(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("for the race detector it does what shorter tests do; run without -short")
	}
}

// scope returns how often a test does something: in short mode, as usual, and nightly.
func scope(short, usual, large int) int {
	switch {
	case nightly:
		return large
	case testing.Short():
		return short
	}
	return usual
}
