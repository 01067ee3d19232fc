package lightning_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets the tests collect garbage as seldom as CI does, unless the environment says how often. Campaigns on small
// stores make much garbage and keep little: with the default, these tests take half as much time again.
func TestMain(m *testing.M) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	m.Run()
}
