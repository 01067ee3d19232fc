package torture

import (
	"flag"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// doomVariable lets the tests run that are called in a process of their own.
const doomVariable = "LIGHTNING_TORTURE_DOOM"

var smallRun = Options{Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 4, Keys: 2}

// doomedTarget is a toy that ends the process, or the test, at the tenth recovery, in the way that the environment asks for.
func doomedTarget(t *testing.T) Target {
	t.Helper()
	target, recovered := toy.Target(toy.Correct), 0
	target.Promises.StopsOnError = os.Getenv(doomVariable) == "stop"
	open := target.Open
	target.Open = func(env Env) (workloads.Store, error) {
		if _, err := env.FS.Stat(env.Dir + "/log"); err == nil {
			recovered++
		}
		if recovered == 10 {
			switch os.Getenv(doomVariable) {
			case "exit", "stop":
				os.Exit(7)
			case "fail":
				t.Error("the adapter has noticed something")
			case "panic":
				go panic("the table is gone")
				select {}
			case "throw":
				new(sync.Mutex).Unlock()
			}
		}
		return open(env)
	}
	return target
}

// testDoom is what the environment asks for in a test that another one calls.
func testDoom(t *testing.T) string {
	t.Helper()
	doom := os.Getenv(doomVariable)
	if doom == "" {
		t.Skip("another test calls this one")
	}
	return doom
}

// TestDoomed is called by TestAnEngineThatEndsTheProcessOfATestIsAFinding.
func TestDoomed(t *testing.T) {
	testDoom(t)
	for _, name := range []string{"first", "second one (of 2)"} {
		t.Run(name, func(t *testing.T) {
			o := smallRun
			before := Run(t, toy.Target(toy.Correct), o)
			if before.Verdict != checker.Pass || before.Images == 0 {
				t.Errorf("not what the first call has returned: %+v", before)
			}
			o.Workers = 1
			if os.Getenv(doomVariable) == "stop" {
				o.Faults = []string{"eio"}
			}
			r := Run(t, doomedTarget(t), o)
			t.Logf("%d findings, %d images before", len(r.Findings), before.Images)
		})
	}
}

// runTest runs a test of this package in a process of its own.
func runTest(t *testing.T, doom string, args ...string) (code int, output string) {
	t.Helper()
	if !apart.Possible {
		t.Skip("here the engine runs in the process of the test")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), doomVariable+"="+doom)
	out, _ := cmd.CombinedOutput() // its exit code is what is asked about
	return cmd.ProcessState.ExitCode(), string(out)
}

func TestAnEngineThatEndsTheProcessOfATestIsAFinding(t *testing.T) {
	t.Parallel()
	for doom, want := range map[string]string{
		"exit":  "✗ The engine ended the process with exit code 7, as os.Exit and log.Fatal do\n",
		"panic": "✗ The engine panicked in a goroutine of its own, in torture.doomedTarget.func1.gowrap1, and ended the process: the table is gone\n",
		"throw": "✗ The engine caused a fatal error of the Go runtime, in torture.doomedTarget.func1, which ended the process: noticed by",
	} {
		tests, count := "^TestDoomed$/^first$", "1"
		if doom == "exit" {
			tests, count = "^TestDoomed$", "2" // each call has its own child, whatever the name of its test and how often it runs
		}
		code, output := runTest(t, doom, "-test.run="+tests, "-test.count="+count, "-test.v")
		require.Equal(t, 1, code, output)
		assert.Contains(t, output, want)
		assert.Regexp(t, `replay   TORTURE_REPLAY=\S*LT\d+-\S+ go test -run '\^TestDoomed`, output)
		assert.Contains(t, output, "1 findings, ")
		assert.NotContains(t, output, "the engine runs in the process of the test")
	}
}

// An engine that promises to stop after an error of the disk may do so while it runs, and not while it recovers.
func TestAnEngineThatStopsInARecoveryIsAFinding(t *testing.T) {
	t.Parallel()
	code, output := runTest(t, "stop", "-test.run=^TestDoomed$/^first$", "-test.v")
	require.Equal(t, 1, code, output)
	assert.Contains(t, output, "✗ The engine ended the process with exit code 7")
	assert.NotContains(t, output, "StopsOnError")
}

func TestWhatFailsTheTestOfTheChildFailsThatOfItsParent(t *testing.T) {
	t.Parallel()
	code, output := runTest(t, "fail", "-test.run=^TestDoomed$/^first$", "-test.v")
	require.Equal(t, 1, code, output)
	assert.Contains(t, output, "the adapter has noticed something")
}

func TestAChildHasTheFlagsOfItsTest(t *testing.T) {
	t.Parallel()
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	for _, name := range []string{"test.run", "test.short", "test.v", "test.testlogfile", "dir"} {
		flags.String(name, "", "")
	}
	require.NoError(t, flags.Parse([]string{"-test.run=X", "-test.short=true", "-test.v=true", "-test.testlogfile=l", "-dir=-x", "--", "more"}))
	assert.Equal(t, []string{
		"-test.run=^TestX$/^a\\(b\\)#01$", "-test.count=1", "-test.timeout=0", "-dir=-x", "-test.short=true", "--", "more",
	}, testArgs(flags, "TestX/a(b)#01"))
}
