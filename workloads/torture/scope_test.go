package torture

import "testing"

// sameRaces skips a long test in short mode, the mode of the race detector: it runs the lab as shorter tests do, so it has
// no other races.
func sameRaces(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("for the race detector it does what shorter tests do; run without -short")
	}
}
