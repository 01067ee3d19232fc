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

// doomVariable is the environment variable that enables the tests that run in a child process.
const doomVariable = "LIGHTNING_TORTURE_DOOM"

var smallRun = Options{Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 4, Keys: 2}

// doomedTarget is a toy that ends the process or the test at the tenth recovery. The environment says how.
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
				t.Error("the adapter reports an error")
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

// testDoom returns how the process is to end. It skips the test unless another test runs it in a child process.
func testDoom(t *testing.T) string {
	t.Helper()
	doom := os.Getenv(doomVariable)
	if doom == "" {
		t.Skip("runs only in a child process of another test")
	}
	return doom
}

// TestDoomed runs in a child process of TestAnEngineThatEndsTheProcessOfATestIsAFinding.
func TestDoomed(t *testing.T) {
	testDoom(t)
	for _, name := range []string{"first", "second one (of 2)"} {
		t.Run(name, func(t *testing.T) {
			o := smallRun
			before := Run(t, toy.Target(toy.Correct), o)
			if before.Verdict != checker.Pass || before.Images == 0 {
				t.Errorf("got another result than the first call: %+v", before)
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
		t.Skip("needs Linux: elsewhere the engine runs in the process of the test")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), doomVariable+"="+doom)
	out, _ := cmd.CombinedOutput() // the exit code is checked instead
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
			tests, count = "^TestDoomed$", "2" // each call has a child of its own, even if a test runs twice
		}
		code, output := runTest(t, doom, "-test.run="+tests, "-test.count="+count, "-test.v")
		require.Equal(t, 1, code, output)
		assert.Contains(t, output, want)
		assert.Regexp(t, `replay   TORTURE_REPLAY=\S*LT\d+-\S+ go test -run '\^TestDoomed`, output)
		assert.Contains(t, output, "1 findings, ")
		assert.NotContains(t, output, "the engine runs in the process of the test")
	}
}

// An engine that promises to stop after a disk error may do so while it runs, but not while it recovers.
func TestAnEngineThatStopsInARecoveryIsAFinding(t *testing.T) {
	t.Parallel()
	code, output := runTest(t, "stop", "-test.run=^TestDoomed$/^first$", "-test.v")
	require.Equal(t, 1, code, output)
	assert.Contains(t, output, "✗ The engine ended the process with exit code 7")
	assert.NotContains(t, output, "StopsOnError")
}

func TestAFailedTestInTheChildFailsTheParent(t *testing.T) {
	t.Parallel()
	code, output := runTest(t, "fail", "-test.run=^TestDoomed$/^first$", "-test.v")
	require.Equal(t, 1, code, output)
	assert.Contains(t, output, "the adapter reports an error")
}

func TestAChildGetsTheFlagsOfItsTest(t *testing.T) {
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
