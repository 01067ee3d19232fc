package torture

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/gotest"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// Run is Check inside a test. It tortures target, logs the seed, and fails the test with a full report of every
// finding. An inconclusive result fails the test too. With the zero Options it takes about five seconds, or one with
// -short; longer on a busy machine, but it ends before the timeout of go test.
//
// The last lines of a finding can be pasted into a shell in the root of the module. The first of them replays it:
//
//	TORTURE_REPLAY=LT2-... go test -run '^TestCrash$' ./kv
//
// When TORTURE_REPLAY is set, Run does not torture the target. It repeats the run of that token or saved finding (an
// .ltrace file), and fails the test if the failure shows again. If the token is of another target, the test is
// skipped, or fails if -run names exactly this test. A number and a colon before the token say how many calls of Run
// the test makes before the one that is meant.
//
// Findings are saved in Options.Dir; by default that is .torture/NAME-OF-THE-TEST in the directory of the package.
// Each comes with a Go test, which has to be copied into the package to run. It calls the test that made the finding,
// to get the same target; see Within.
//
// An engine that ends the process, by a panic in one of its goroutines or by os.Exit, is a finding like any other: on
// Linux, Run does its work in a child process. It starts the test binary again with the name of this test. In the
// child, the test function runs up to this call. Hence whatever precedes the call happens twice, and changes that the
// target makes to variables of the test are not visible here. Options.InProcess turns this off. So do Options.Progress
// and Options.Running, which could not be called, and benchmarks, fuzz tests, and tests that measure coverage or write
// a profile.
func Run(tb testing.TB, target Target, opts Options) *Result {
	tb.Helper()
	if opts.For == 0 && opts.Rounds == 0 && opts.Scenario == "" {
		opts.For = 5 * time.Second
		if testing.Short() {
			opts.Rounds, opts.For = 1, 0
			opts.Ops, opts.Keys = 8, 4
		}
	}
	here := nextCall(tb)
	if t, isTest := tb.(*testing.T); isTest {
		if left, ok := timeLeft(t); ok {
			opts.Limit = opts.limitWithin(left)
		}
		opts.caller = here.caller()
		if child := apart.Inside(); child != nil {
			return checkInChild(t, child, here, target, opts)
		}
	}
	var result *Result
	if within := withinOf(tb.Name()); within != nil {
		result = within.call(tb, here, target, opts)
	} else if token := os.Getenv(ReplayVariable); token != "" {
		result = replayHere(tb, here, target, opts, token)
	} else {
		result = checkHere(tb, here, target, opts)
	}
	noteCall(here, result)
	return result
}

// checkHere tortures the target and reports the result to the test.
func checkHere(tb testing.TB, here testCall, target Target, opts Options) *Result {
	tb.Helper()
	result, err := checkFor(tb, here, target, opts)
	if err != nil {
		tb.Fatalf("torture: %v", err)
	}
	tb.Logf("torture: %s: %d images of %d crash points, seed %d", result.Verdict, result.Images, result.CrashPoints, result.Seed)
	for i := range result.Findings {
		tb.Errorf("%s", asPrinted(here, result.Findings[i]))
	}
	for _, reason := range result.Reasons {
		if result.Verdict == checker.Inconclusive {
			tb.Errorf("torture: inconclusive: %s", reason)
		} else {
			tb.Logf("torture: %s", reason)
		}
	}
	return result
}

// asPrinted returns a finding as a test prints it.
func asPrinted(here testCall, f Finding) string {
	home, paste := gotest.Here(), wording.Paste{}
	if f.Token != "" {
		paste.Replay = home.Command(gotest.Quote(fmt.Sprintf("%s=%s%s", ReplayVariable, here.prefix(), f.Token)), here.Test)
	}
	if f.Test != "" {
		paste.Test = home.CommandWith(f.Test, evidence.TestName(here.caller(), &f))
	}
	if f.File != "" {
		f.File = home.Shown(f.File)
	}
	return "✗ " + strings.Join(wording.Lines(&f, paste), "\n")
}

// checkFor is Check for a test, in a child process if possible.
func checkFor(tb testing.TB, here testCall, target Target, opts Options) (*Result, error) {
	tb.Helper()
	t, isTest := tb.(*testing.T)
	if isTest && leaves(t, &opts) {
		result, err := checkApart(t, here, target, opts)
		if !errors.Is(err, errNoChild) {
			return result, err
		}
		sayNoChild(tb, err)
	}
	if opts.Dir != "" {
		return Check(tb.Context(), target, opts)
	}
	scratch, err := hostdisk.NewScratch("", "test")
	if err != nil {
		return Check(tb.Context(), target, opts)
	}
	defer func() { _ = scratch.Remove() }() // whatever this process cannot remove, the next one does
	opts.Dir = scratch.Dir
	result, err := Check(tb.Context(), target, opts)
	keep(tb, result)
	return result, err
}

// keepDir returns the default of Options.Dir for a test, below the directory of its package.
func keepDir(test string) string {
	return gotest.Here().Abs(filepath.Join(".torture", gotest.Word(test)))
}

// keep moves saved findings to their final place. A finding that cannot be moved has no file in the result.
func keep(tb testing.TB, result *Result) {
	tb.Helper()
	if result == nil {
		return
	}
	to := filepath.Join(keepDir(tb.Name()), "findings")
	for i := range result.Findings {
		for _, file := range []*string{&result.Findings[i].File, &result.Findings[i].Test} {
			if *file == "" {
				continue
			}
			kept, err := hostdisk.CopyFile(*file, to)
			if err != nil {
				tb.Logf("torture: findings are not saved: %v", err)
			}
			*file = kept
		}
	}
}

// sayNoChild logs, once per process, that the engine runs in the process of the test although it should not.
func sayNoChild(tb testing.TB, err error) {
	tb.Helper()
	saidOnce.Do(func() { tb.Logf("%v; the engine runs in the process of the test, which ends if the engine dies", err) })
}

var saidOnce sync.Once

// leaves reports whether the work of a test may be done in a child process.
func leaves(t *testing.T, opts *Options) bool {
	if !apart.Possible || opts.InProcess || opts.Progress != nil || opts.Running != nil || testing.CoverMode() != "" ||
		strings.HasPrefix(t.Name(), "Fuzz") {
		return false
	}
	for _, name := range []string{"test.cpuprofile", "test.memprofile", "test.blockprofile", "test.mutexprofile", "test.trace"} {
		if f := flag.Lookup(name); f == nil || f.Value.String() != "" {
			return false // not a test binary, or the profile would be of the wrong process
		}
	}
	return true
}
