package torture

import "testing"

// sameRaces skips a test in short mode, the mode of the race detector: it runs the lab as shorter tests do, so it has no other
// races. Those that are left run every part of the lab with several workers.
func sameRaces(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("for the race detector it does what shorter tests do; run without -short")
	}
}
